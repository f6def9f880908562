"""The words of an installation's first pages: true of any organisation that uses the portal, and marked for review.

They are written once, in the portal's language at that moment, and are the editors' from then on.
"""

from typing import Any

from django.utils.translation import gettext as _
from wagtail.models import Page

from home.models import ContentPage, DepositPage, ServicesPage
from home.privacy_page import privacy_html

Fields = dict[str, Any]


def review() -> str:
    """The first paragraph of every page, until an editor takes it out."""
    return "<p>{}</p>".format(
        _(
            "<b>To be reviewed.</b> This text came with the portal. Check that it is true of your organisation, add "
            "what is missing, then delete this paragraph."
        )
    )


def home() -> Fields:
    """The home page."""
    return {
        "title": _("Home"),
        "search_description": _("Book care for someone you look after, and pay the deposit online."),
        "hero_heading": _("Care for the person you look after"),
        "hero_text": _paragraph(_("Choose a service and a time that suits you, and secure your place with a deposit.")),
        "body": [
            _text(review()),
            _block("service_list", {"heading": _("What you can book")}),
            _block(
                "steps",
                {
                    "heading": _("How it works"),
                    "steps": [
                        _step(_("Choose a session"), _("See the times with free places, and say who it is for.")),
                        _step(_("Pay a deposit"), _("It secures your place and counts towards the price.")),
                        _step(_("Get your confirmation"), _("We’ll email your confirmation and a receipt.")),
                    ],
                },
            ),
        ],
    }


def pages() -> tuple[tuple[type[Page], Fields], ...]:
    """The pages under it."""
    return (
        (ServicesPage, _services()),
        (DepositPage, _deposit()),
        (ContentPage, _privacy()),
        (ContentPage, _accessibility()),
    )


def _services() -> Fields:
    return {
        "title": _("Services"),
        "slug": "services",
        "search_description": _("Every service you can book, with its price and deposit."),
        "introduction": _paragraph(_("Each price is the whole price. The deposit counts towards it.")),
        "body": [_text(review())],
    }


def _deposit() -> Fields:
    while_you_pay = _section(
        _("While you pay"),
        _(
            "We hold the place for you while you pay. The payment page shows until when. If you need longer, ask for "
            "more time there, once."
        ),
    )
    too_late = _section(_("If you don’t pay in time"), _("Someone else can book the place, and you won’t be charged."))
    return {
        "title": _("How deposits work"),
        "slug": "deposit",
        "search_description": _("What a deposit is for, how to pay one, and when it is refunded."),
        "introduction": _paragraph(
            _("A deposit secures a place for the person you look after. It counts towards the price.")
        ),
        "how_it_works": [_text(review()), _text(while_you_pay + too_late)],
        "payment_title": _("Pay your deposit"),
        "payment_introduction": _paragraph(
            _("Your deposit secures the place and counts towards the price. We’ll email your confirmation.")
        ),
        "policy": _paragraph(
            _(
                "You can cancel on your bookings page at any time before the session. Before you decide, it shows what "
                "we’ll refund under the terms you booked on."
            )
        ),
        "confirmation": _paragraph(_("Thank you. The place is booked, and we’ve emailed your confirmation.")),
        "faq": [
            _question(_("Is the deposit extra?"), _("No. It is part of the price.")),
            _question(
                _("Are my card details safe?"),
                _("They go straight to Stripe, our payment provider. We never see or store them."),
            ),
        ],
    }


def _privacy() -> Fields:
    return {
        "title": _("Privacy"),
        "slug": "privacy",
        "search_description": _("What we keep about you, why, and for how long."),
        "introduction": _paragraph(_("We keep what we need to provide care and to account for money.")),
        "body": [_text(review()), _text(privacy_html())],
    }


def _accessibility() -> Fields:
    aim = _section(
        _("What we aim for"),
        _(
            "This site is built to meet WCAG 2.2 level AA: it works with a keyboard, with a screen reader, at 200% "
            "zoom, and in dark and light."
        ),
    )
    problems = _section(
        _("Tell us"),
        _("If something is in your way, contact us. We’ll help you book another way, and fix it."),
    )
    return {
        "title": _("Accessibility statement"),
        "slug": "accessibility",
        "search_description": _("How accessible this site is, and how to tell us about a problem."),
        "introduction": _paragraph(_("Everyone should be able to book care, however they use the web.")),
        "body": [_text(review()), _text(aim + problems)],
    }


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _text(html: str) -> dict[str, Any]:
    return _block("rich_text", html)


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>"


def _section(heading: str, words: str) -> str:
    return f"<h2>{heading}</h2><p>{words}</p>"


def _step(title: str, text: str) -> dict[str, str]:
    return {"title": title, "text": text}


def _question(question: str, answer: str) -> dict[str, Any]:
    return _block("question", {"question": question, "answer": _paragraph(answer)})
