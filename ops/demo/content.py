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
    page: dict[str, Any]
    cancellation: tuple[tuple[int, int], ...] = ((72, 100), (24, 50))


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demo."""

    email: str
    first_name: str
    last_name: str
    role: Role
    cares_for: tuple[dict[str, str], ...] = field(default=())
    phone: str = ""


def _block(kind: str, value: Any) -> dict[str, Any]:
    return {"type": kind, "value": value}


_WEEKDAYS: Final = (0, 1, 2, 3, 4)

SERVICES: Final = (
    ServicePlan(
        "respite-care-at-home",
        {
            "name": "Respite care at home",
            "summary": "A trained carer comes for three hours, so that you can rest, work or see a friend.",
            "description": "<p>The same small team comes to your home and keeps to your routines.</p>",
            "location": "At your home, in and around Bristol",
            "at_home": True,
            "image_name": "respite-care",
            "price_amount": 7200,
            "deposit_kind": "percentage",
            "deposit_value": 2500,
            "duration_minutes": 180,
        },
        tuple((day, hour, 4) for day in _WEEKDAYS for hour in (10, 14)),
        {
            "included": "<p>Three hours with a carer you have met, personal care, a meal or a snack, and company. We "
            "write down how it went before we leave.</p>",
            "what_to_bring": "<p>Nothing: we come to you. Please leave medicines and a phone number where we can see them.</p>",
            "who_comes": "<p>One of a team of four. You'll meet them before the first visit.</p>",
            "eligibility": "<p>Adults living at home within ten miles of Bristol. You don't need a referral.</p>",
            "faq": [
                _block(
                    "question",
                    {
                        "question": "Will it be the same carer each time?",
                        "answer": "<p>Usually. When it can't be, it's someone from the same team of four.</p>",
                    },
                ),
                _block(
                    "question",
                    {
                        "question": "Do I have to be at home?",
                        "answer": "<p>No. Most families go out. Please be there for the first ten minutes.</p>",
                    },
                ),
            ],
        },
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
        {
            "included": "<p>Lunch and drinks, music or craft in the morning, gentle movement in the afternoon, and a nurse "
            "in the building.</p>",
            "what_to_bring": "<p>Comfortable shoes, medicines in their packaging, and a change of clothes.</p>",
            "who_comes": "<p>Two carers and a nurse look after a group of twelve.</p>",
            "eligibility": "<p>Adults who can sit up for lunch, with or without a wheelchair.</p>",
            "faq": [
                _block(
                    "question",
                    {
                        "question": "Is there transport?",
                        "answer": "<p>Yes, within five miles. Tell us in the notes when you book.</p>",
                    },
                ),
            ],
        },
    ),
    ServicePlan(
        "home-assessment",
        {
            "name": "Home needs assessment",
            "summary": "An occupational therapist looks round your home with you and writes down what would help.",
            "description": "<p>You’ll get a written plan within five working days, and it’s yours to use with anyone.</p>",
            "location": "At your home, in and around Bristol",
            "at_home": True,
            "image_name": "needs-assessment",
            "price_amount": 9500,
            "deposit_kind": "fixed",
            "deposit_value": 2000,
            "duration_minutes": 90,
        },
        tuple((day, hour, 1) for day in _WEEKDAYS for hour in (9, 11, 14)),
        {
            "included": "<p>A visit of an hour and a half and a written plan within five working days.</p>",
            "what_to_bring": "<p>A list of medicines, and the name of your GP.</p>",
            "who_comes": "<p>An occupational therapist, registered with the Health and Care Professions Council.</p>",
            "eligibility": "<p>Anyone who finds daily life at home harder than it was.</p>",
        },
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
        {
            "included": "<p>Supper, breakfast, a room with a garden door, and a carer who stays awake all night.</p>",
            "what_to_bring": "<p>Night clothes, medicines in their packaging, and whatever makes it feel like home.</p>",
            "who_comes": "<p>One carer for two guests, and a nurse on call.</p>",
            "eligibility": "<p>Adults who sleep best with somebody near.</p>",
        },
        ((168, 100), (48, 50)),
    ),
)


def _cared_for(name: str, relationship: str, street: str, postcode: str, access_needs: str) -> dict[str, str]:
    return {
        "full_name": name,
        "relationship": relationship,
        "address_line_1": street,
        "town": "Bristol",
        "postcode": postcode,
        "access_needs": access_needs,
        "emergency_name": "Ruth Adeyemi",
        "emergency_relationship": "a friend of the family",
        "emergency_phone": "0117 496 0789",
    }


PEOPLE: Final = (
    Person(
        "caregiver@example.com",
        "Amara",
        "Okafor",
        Role.CAREGIVER,
        (
            _cared_for("Rose Okafor", "my mother", "12 Orchard Lane", "BS6 5AA", "A key safe by the door. One step."),
            _cared_for("Daniel Okafor", "my uncle", "3 Mill Court", "BS7 8PP", "He uses a walking frame."),
        ),
        "0117 496 0123",
    ),
    Person(
        "caregiver2@example.com",
        "Tom",
        "Hughes",
        Role.CAREGIVER,
        (
            _cared_for("Margaret Hughes", "my wife", "27 Harbour Street", "BS1 4TR", "Please ring the lower bell."),
            _cared_for("Peter Lane", "a neighbour", "29 Harbour Street", "BS1 4TR", "He is hard of hearing."),
        ),
        "0117 496 0456",
    ),
    Person("editor@example.com", "Edie", "Marsh", Role.EDITOR),
    Person("coordinator@example.com", "Cora", "Singh", Role.COORDINATOR),
    Person("finance@example.com", "Finn", "Adeyemi", Role.FINANCE),
    Person("manager@example.com", "Maya", "Brook", Role.MANAGER),
    Person("admin@example.com", "Alex", "Winter", Role.ADMINISTRATOR),
)


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
                    {"title": "Choose a session", "text": "See which times are free, and say who it’s for."},
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
                "text": "A home assessment is a good first step: you’ll get a plan that anyone can follow.",
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
            "answer": "<p>You can cancel under Your bookings. We’ll show you how much we’ll refund before you decide. "
            "The terms are the ones you booked on, and they won’t change.</p>",
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
            "<h2>While you pay</h2><p>We’ll hold your place for at least half an hour. If you need longer, you can ask "
            "for more time once, on the payment page.</p><h2>If it doesn’t work out</h2><p>If we don’t receive a deposit "
            "in time, we release the place and you won’t be charged.</p>",
        )
    ],
    "payment_title": "Pay your deposit",
    "payment_introduction": "<p>Your deposit secures your place and counts towards the price. We’ll email your confirmation.</p>",
    "policy": "<p>You can cancel under Your bookings at any time before the session. How much we refund depends on how "
    "much notice you give, under the terms you booked on. We’ll show you before you decide.</p>",
    "confirmation": "<p>Thank you. Your place is booked, and we’ve emailed your confirmation.</p>",
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
                "email us. We’ll book with you on the phone, and fix it.</p>",
            )
        ],
    },
)

MORE_PAGES: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    (
        "LandingPage",
        {
            "title": "A first afternoon off",
            "slug": "first-afternoon",
            "search_description": "Your first three hours of respite care at home, in and around Bristol.",
            "hero_heading": "Three hours that are yours",
            "hero_text": "<p>A carer you have met comes to your home. You go out, or sleep, or see a friend.</p>",
            "body": [
                _block(
                    "testimonial",
                    {
                        "text": "I sat in a café and read half a book. Dad had a better afternoon than I did.",
                        "name": "Malik",
                        "relation": "A son from Easton",
                        "picture": None,
                    },
                ),
                _block(
                    "call_to_action",
                    {
                        "heading": "Ready when you are",
                        "text": "Choose a time. You can cancel until three days before and get a full refund.",
                        "button_label": "Choose a time",
                        "link_page": None,
                        "link_url": "/book/?service=respite-care-at-home",
                    },
                ),
            ],
        },
    ),
    (
        "QuestionsPage",
        {
            "title": "Questions and answers",
            "slug": "questions",
            "search_description": "What families ask us before their first booking.",
            "introduction": "<p>What families ask us most. If yours is missing, call us or write to us.</p>",
            "groups": [
                _block(
                    "faq",
                    {
                        "heading": "Before you book",
                        "questions": [
                            {"question": "Do I need a referral?", "answer": "<p>No. Anyone can book.</p>"},
                            {
                                "question": "Can we meet the carer first?",
                                "answer": "<p>Yes. Call us and we’ll arrange a visit.</p>",
                            },
                        ],
                    },
                ),
                _block(
                    "faq",
                    {
                        "heading": "On the day",
                        "questions": [
                            {
                                "question": "What if the session runs late?",
                                "answer": "<p>Your carer stays until someone is there.</p>",
                            }
                        ],
                    },
                ),
            ],
        },
    ),
    (
        "PeoplePage",
        {
            "title": "Our people",
            "slug": "our-people",
            "search_description": "Who answers the phone, and who comes to your home.",
            "introduction": "<p>Small teams, so that you see the same faces.</p>",
            "groups": [
                _block(
                    "people",
                    {
                        "heading": "Care coordinators",
                        "people": [
                            {
                                "name": "Cora Singh",
                                "role": "Lead coordinator",
                                "picture": None,
                                "text": "Answers the phone, and knows every family by name.",
                            },
                            {"name": "Dev Walsh", "role": "Coordinator", "picture": None, "text": ""},
                        ],
                    },
                )
            ],
        },
    ),
    (
        "ContactPage",
        {
            "title": "Contact us",
            "slug": "contact",
            "search_description": "Write to us, or call. We reply within two working days.",
            "introduction": "<p>Write to us about anything but an emergency. We reply within two working days.</p>",
        },
    ),
    (
        "LegalPage",
        {
            "title": "Terms of booking",
            "slug": "terms",
            "search_description": "The terms you book on, and those that were in force before.",
            "introduction": "<p>Each booking keeps the terms that were in force when it was made.</p>",
            "versions": [
                _block(
                    "version",
                    {
                        "in_force_from": "2025-04-01",
                        "changes": "First version.",
                        "text": "<h2>Deposits</h2><p>A deposit secures the place and counts towards the price.</p>",
                    },
                ),
                _block(
                    "version",
                    {
                        "in_force_from": "2026-02-01",
                        "changes": "Moving a booking is free while it is fully refundable.",
                        "text": "<h2>Deposits</h2><p>A deposit secures the place and counts towards the price.</p>"
                        "<h2>Moving</h2><p>You can move a booking while it’s still fully refundable.</p>",
                    },
                ),
            ],
        },
    ),
)
FOOTER: Final = ("deposit", "privacy", "accessibility", "terms", "questions", "our-people", "news", "contact")
NEWS_LIST: Final[dict[str, Any]] = {
    "title": "News",
    "slug": "news",
    "search_description": "What is new at Orchard House and on the road.",
    "introduction": "<p>What’s new at Orchard House and on the road.</p>",
}
NEWS: Final[dict[str, Any]] = {
    "title": "The garden room opens",
    "slug": "garden-room",
    "date": "2026-03-02",
    "search_description": "Orchard House has a warm room with doors to the garden.",
    "introduction": "<p>Orchard House has a warm room with doors to the garden, open in every season.</p>",
    "body": [
        _block("callout", {"kind": "info", "heading": "Come and see it", "text": "<p>Every Thursday from 2pm.</p>"}),
        _block(
            "table",
            {
                "caption": "When the garden room is open",
                "table": {
                    "columns": [{"type": "text", "heading": "Day"}, {"type": "text", "heading": "Hours"}],
                    "rows": [
                        {"values": ["Monday to Friday", "9am to 5pm"]},
                        {"values": ["Saturday", "10am to 2pm"]},
                    ],
                    "caption": "",
                },
            },
        ),
    ],
}
