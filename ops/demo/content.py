"""The demo's words and figures: a care organisation as it might be."""

from dataclasses import dataclass, field
from typing import Any, Final

from home.privacy_page import privacy_html
from portal.accounts.roles import Role


@dataclass(frozen=True, slots=True)
class ServicePlan:
    """A service; `slots` are (weekday, local hour, places), `cancellation` (hours before, percent returned)."""

    slug: str
    fields: dict[str, Any]
    slots: tuple[tuple[int, int, int], ...]
    cancellation: tuple[tuple[int, int], ...] = ((72, 100), (24, 50))


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo."""

    email: str
    first_name: str
    last_name: str
    role: Role
    cares_for: tuple[tuple[str, str], ...] = field(default=())


_WEEKDAYS: Final = (0, 1, 2, 3, 4)

SERVICES: Final = (
    ServicePlan(
        "respite-care-at-home",
        {
            "name": "Respite care at home",
            "summary": "A trained carer comes for three hours, so that you can rest, work or see a friend.",
            "description": "<p>The same small team comes to your home and keeps to your routines.</p>",
            "location": "At your home, in and around Bristol",
            "image_name": "respite-care",
            "price_amount": 7200,
            "deposit_kind": "percentage",
            "deposit_value": 2500,
            "duration_minutes": 180,
        },
        tuple((day, hour, 4) for day in _WEEKDAYS for hour in (10, 14)),
    ),
    ServicePlan(
        "day-programme",
        {
            "name": "Day programme at Orchard House",
            "summary": "Company, music, a warm lunch and gentle movement, with nurses on hand. Transport on request.",
            "description": "<p>Small groups of twelve. Families are welcome to stay for the first hour.</p>",
            "location": "Orchard House, 12 Orchard Lane, Bristol",
            "image_name": "day-programme",
            "price_amount": 5800,
            "deposit_kind": "fixed",
            "deposit_value": 1500,
            "duration_minutes": 360,
        },
        tuple((day, 9, 12) for day in (1, 3, 5)),
    ),
    ServicePlan(
        "home-assessment",
        {
            "name": "Home needs assessment",
            "summary": "An occupational therapist looks round your home with you and writes down what would help.",
            "description": "<p>You'll get a written plan within five working days, and it's yours to use with anyone.</p>",
            "location": "At your home, in and around Bristol",
            "image_name": "needs-assessment",
            "price_amount": 9500,
            "deposit_kind": "fixed",
            "deposit_value": 2000,
            "duration_minutes": 90,
        },
        tuple((day, hour, 1) for day in _WEEKDAYS for hour in (9, 11, 14)),
        ((48, 100),),
    ),
    ServicePlan(
        "overnight-respite",
        {
            "name": "Overnight respite",
            "summary": "A night at Orchard House with a carer awake all night, from teatime to breakfast.",
            "description": "<p>Two quiet rooms with garden doors. Bring what makes it feel like home.</p>",
            "location": "Orchard House, 12 Orchard Lane, Bristol",
            "image_name": "overnight-respite",
            "price_amount": 18500,
            "deposit_kind": "percentage",
            "deposit_value": 3000,
            "duration_minutes": 960,
        },
        ((4, 17, 2), (5, 17, 2)),
        ((168, 100), (48, 50)),
    ),
)

PEOPLE: Final = (
    Person("caregiver@example.com", "Amara", "Okafor", Role.CAREGIVER,
           (("Rose Okafor", "my mother"), ("Daniel Okafor", "my uncle"))),
    Person("caregiver2@example.com", "Tom", "Hughes", Role.CAREGIVER,
           (("Margaret Hughes", "my wife"), ("Peter Lane", "a neighbour"))),
    Person("editor@example.com", "Edie", "Marsh", Role.EDITOR),
    Person("coordinator@example.com", "Cora", "Singh", Role.COORDINATOR),
    Person("finance@example.com", "Finn", "Adeyemi", Role.FINANCE),
    Person("manager@example.com", "Maya", "Brook", Role.MANAGER),
    Person("admin@example.com", "Alex", "Winter", Role.ADMINISTRATOR),
)  # fmt: skip


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


HOME: Final[dict[str, Any]] = {
    "title": "Care that gives you time",
    "slug": "home",
    "search_description": "Respite care, day programmes and home assessments for families in Bristol. Book online.",
    "hero_heading": "Looking after someone? Let us look after a few hours.",
    "hero_text": "<p>Respite at home, days in good company, and a clear plan for what helps. Book a session in minutes "
    "and secure your place with a small deposit.</p>",
    "body": [
        _block("service_list", {"heading": "What you can book"}),
        _block(
            "steps",
            {
                "heading": "How it works",
                "steps": [
                    {"title": "Choose a session", "text": "See which times are free, and say who it's for."},
                    {"title": "Pay a deposit", "text": "It secures your place and counts towards the price."},
                    {"title": "We take it from there", "text": "You get a confirmation, a receipt and a reminder."},
                ],
            },
        ),
        _block(
            "quote",
            {
                "text": "For the first time in two years I had an afternoon that was mine. Mum asked when they were coming again.",
                "attribution": "A daughter from Bedminster",
            },
        ),
        _block(
            "call_to_action",
            {
                "heading": "Not sure what fits?",
                "text": "A home assessment is a good first step: you'll get a plan that anyone can follow.",
                "button_label": "Book an assessment",
                "link_page": None,
                "link_url": "/book/?service=home-assessment",
            },
        ),
    ],
}
SERVICES_PAGE: Final[dict[str, Any]] = {
    "title": "Services",
    "slug": "services",
    "search_description": "Every service with its price and deposit.",
    "introduction": "<p>The price shown is the full price. Your deposit counts towards it.</p>",
}
_FAQ: Final = [
    _block(
        "question",
        {
            "question": "Is the deposit extra?",
            "answer": "<p>No. It counts towards the price. You pay the rest before or on the day.</p>",
        },
    ),
    _block(
        "question",
        {
            "question": "What if I need to cancel?",
            "answer": "<p>You can cancel under Your bookings. We'll show you how much we'll refund before you decide. "
            "The terms are the ones you booked on, and they won't change.</p>",
        },
    ),
    _block(
        "question",
        {
            "question": "Are my card details safe?",
            "answer": "<p>They go straight to Stripe, our payment provider. We never see or keep them.</p>",
        },
    ),
]
DEPOSIT_PAGE: Final[dict[str, Any]] = {
    "title": "How deposits work",
    "slug": "deposit",
    "search_description": "What a deposit is for, when we refund it, and how to pay one.",
    "introduction": "<p>A deposit secures a place for the person you care for. It always counts towards the price.</p>",
    "how_it_works": [
        _block(
            "rich_text",
            "<h2>While you pay</h2><p>We'll hold your place for at least half an hour. If you need longer, you can ask "
            "for more time once, on the payment page.</p><h2>If it doesn't work out</h2><p>If we don't receive a deposit "
            "in time, we release the place and you won't be charged.</p>",
        )
    ],
    "payment_title": "Pay your deposit",
    "payment_introduction": "<p>Your deposit secures your place and counts towards the price. We’ll email your confirmation.</p>",
    "policy": "<p>You can cancel under Your bookings at any time before the session. How much we refund depends on how "
    "much notice you give, under the terms you booked on. We'll show you before you decide.</p>",
    "confirmation": "<p>Thank you. Your place is booked, and we've emailed your confirmation.</p>",
    "faq": _FAQ,
}
CONTENT_PAGES: Final[tuple[dict[str, Any], ...]] = (
    {
        "title": "Privacy",
        "slug": "privacy",
        "search_description": "What we keep about you, why, and for how long.",
        "introduction": "<p>We keep what we need to give good care and to account for money, and nothing else.</p>",
        "body": [
            _block("rich_text", privacy_html()),
        ],
    },
    {
        "title": "Accessibility",
        "slug": "accessibility",
        "search_description": "How this site meets WCAG 2.2 AA and how to tell us when it does not.",
        "introduction": "<p>Everyone should be able to book care, however they use the web.</p>",
        "body": [
            _block(
                "rich_text",
                "<h2>What we do</h2><p>The portal is built to meet WCAG 2.2 AA: it works with a keyboard, a screen "
                "reader, at 200% zoom, in dark and light.</p><h2>Tell us</h2><p>If something gets in your way, call or "
                "email us. We'll book with you on the phone, and fix it.</p>",
            )
        ],
    },
)
