"""The words of an installation's first pages: true of any organisation that uses the portal, and marked for review."""

from typing import Any, Final

from wagtail.models import Page

from home.models import ContentPage, DepositPage, ServicesPage
from home.privacy_page import privacy_html

REVIEW: Final = (
    "<p><b>To be reviewed.</b> This text came with the portal. Check that it is true of your organisation, add what is "
    "missing, then delete this paragraph.</p>"
)


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


def _text(html: str) -> dict[str, Any]:
    return _block("rich_text", html)


HOME: Final[dict[str, Any]] = {
    "title": "Home",
    "search_description": "Book care for someone you look after, and pay the deposit online.",
    "hero_heading": "Care for the person you look after",
    "hero_text": "<p>Choose a service and a time that suits you, and secure your place with a deposit.</p>",
    "body": [
        _text(REVIEW),
        _block("service_list", {"heading": "What you can book"}),
        _block(
            "steps",
            {
                "heading": "How it works",
                "steps": [
                    {"title": "Choose a session", "text": "See the times with free places, and say who it is for."},
                    {"title": "Pay a deposit", "text": "It secures your place and counts towards the price."},
                    {"title": "Get your confirmation", "text": "We'll email your confirmation and a receipt."},
                ],
            },
        ),
    ],
}
_SERVICES: Final[dict[str, Any]] = {
    "title": "Services",
    "slug": "services",
    "search_description": "Every service you can book, with its price and deposit.",
    "introduction": "<p>Each price is the whole price. The deposit counts towards it.</p>",
    "body": [_text(REVIEW)],
}
_DEPOSIT: Final[dict[str, Any]] = {
    "title": "How deposits work",
    "slug": "deposit",
    "search_description": "What a deposit is for, how to pay one, and when it is refunded.",
    "introduction": "<p>A deposit secures a place for the person you look after. It counts towards the price.</p>",
    "how_it_works": [
        _text(REVIEW),
        _text(
            "<h2>While you pay</h2><p>We hold the place for you while you pay. The payment page shows until when. If "
            "you need longer, ask for more time there, once.</p><h2>If you don't pay in time</h2><p>Someone else can "
            "book the place, and you are not charged.</p>"
        ),
    ],
    "payment_title": "Pay your deposit",
    "payment_introduction": "<p>Your deposit secures the place and counts towards the price. We'll email your "
    "confirmation.</p>",
    "policy": "<p>You can cancel on your bookings page at any time before the session. Before you decide, it shows "
    "what we'll refund under the terms you booked on.</p>",
    "confirmation": "<p>Thank you. The place is booked, and we've emailed your confirmation.</p>",
    "faq": [
        _block(
            "question",
            {
                "question": "Is the deposit extra?",
                "answer": "<p>No. It is part of the price.</p>",
            },
        ),
        _block(
            "question",
            {
                "question": "Are my card details safe?",
                "answer": "<p>They go straight to Stripe, our payment provider. We never see or store them.</p>",
            },
        ),
    ],
}
_PRIVACY: Final[dict[str, Any]] = {
    "title": "Privacy",
    "slug": "privacy",
    "search_description": "What we keep about you, why, and for how long.",
    "introduction": "<p>We keep what we need to provide care and to account for money.</p>",
    "body": [
        _text(REVIEW),
        _text(privacy_html()),
    ],
}
_ACCESSIBILITY: Final[dict[str, Any]] = {
    "title": "Accessibility statement",
    "slug": "accessibility",
    "search_description": "How accessible this site is, and how to tell us about a problem.",
    "introduction": "<p>Everyone should be able to book care, however they use the web.</p>",
    "body": [
        _text(REVIEW),
        _text(
            "<h2>What we aim for</h2><p>This site is built to meet WCAG 2.2 level AA: it works with a keyboard, with a "
            "screen reader, at 200% zoom, and in dark and light.</p><h2>Tell us</h2><p>If something is in your way, "
            "contact us: we'll help you book another way, and fix it.</p>"
        ),
    ],
}
PAGES: Final[tuple[tuple[type[Page], dict[str, Any]], ...]] = (
    (ServicesPage, _SERVICES),
    (DepositPage, _DEPOSIT),
    (ContentPage, _PRIVACY),
    (ContentPage, _ACCESSIBILITY),
)
