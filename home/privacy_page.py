"""The words of the shipped privacy page, made from the rules that the portal obeys: what it says is what happens."""

from collections.abc import Iterable

from django.utils.html import escape
from django.utils.translation import gettext as _

from portal.accounts import personal_data


def privacy_html() -> str:
    """The page's text as Wagtail's rich text; the terms come from each app's `RETENTION`."""
    return (
        _heading(_("Who we are"))
        + _paragraph(
            _(
                "We, the organisation named at the foot of this page, decide what happens with your data (we are the "
                "controller). Contact us there with any question about it."
            )
        )
        + _heading(_("What we use it for, and what allows us to"))
        + _list(_purposes())
        + _heading(_("Where it comes from"))
        + _paragraph(
            _(
                "From you, from our team when you call, and from Stripe about your payments. You may tell us about the "
                "person you care for on their behalf; please let them know."
            )
        )
        + _heading(_("Who else receives it"))
        + _list(_recipients())
        + _paragraph(
            _(
                "We don’t sell data, show advertising, or decide about you by computer alone. A provider may work "
                "outside the UK; then approved contracts or an adequacy decision protect your data."
            )
        )
        + _heading(_("How long we keep it"))
        + _list(_terms())
        + _heading(_("Cookies"))
        + _paragraph(
            _(
                "We set only cookies that the site needs: to keep you signed in, to protect forms, and to show "
                "messages. Stripe sets its own on the payment page, to prevent fraud. We count visits without cookies, "
                "and count nothing of yours if your browser asks not to be tracked."
            )
        )
        + _heading(_("Your rights"))
        + _paragraph(
            _(
                "You can see your data, have it corrected, erased or limited, object to its use, receive a copy to take "
                "elsewhere, and withdraw consent. Sign in and open “Your data” to download a copy or erase your "
                "account, or contact us; we answer within a month."
            )
        )
        + _paragraph(
            _(
                "If you’re not happy with our answer, you can complain to the Information Commissioner’s Office (ICO): "
                '<a href="https://ico.org.uk/make-a-complaint/">ico.org.uk/make-a-complaint</a>.'
            )
        )
    )


def _purposes() -> list[str]:
    return [
        _(
            "Your account, bookings, payments and emails about them: to provide the care you book (contract, UK GDPR "
            "Article 6(1)(b))."
        ),
        _(
            "What you tell us about the health and needs of the person you care for: so that our carers can look after "
            "them safely (legitimate interests, Article 6(1)(f); provision of social care by staff bound to secrecy, "
            "Article 9(2)(h) and Schedule 1 to the Data Protection Act 2018). Only our care team reads it."
        ),
        _(
            "Records of payments and refunds: to keep the accounts the law asks for (legal obligation, Article "
            "6(1)(c))."
        ),
        _("Security logs and backups: to protect your account and our service (legitimate interests)."),
        _("Linking your visits under a code: only with your consent (Article 6(1)(a)), which you can withdraw."),
    ]


def _recipients() -> list[str]:
    return [
        _("Stripe, our payment provider: your card details go straight to them, and we never see them."),
        _("The companies that host the portal, deliver our emails and deliver media files, on our instructions only."),
        _(
            "A service that knows breached passwords: five characters of a scrambled form of a new password, never the "
            "password or who you are."
        ),
    ]


def _terms() -> list[str]:
    return [
        f"<b>{escape(rule.what)}</b>: {escape(rule.period[:1].lower() + rule.period[1:])}. {escape(rule.why)}"
        for rule in personal_data.retention()
    ]


def _heading(words: str) -> str:
    return f"<h2>{words}</h2>"


def _paragraph(words: str) -> str:
    return f"<p>{words}</p>"


def _list(items: Iterable[str]) -> str:
    return "<ul>{}</ul>".format("".join(f"<li>{item}</li>" for item in items))
