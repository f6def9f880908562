"""docs/privacy/data-map.md: every table, what it holds about a person, and what export, erasure and time do to it."""

from dataclasses import dataclass
from typing import Final

from django.apps import apps

from ops.docs.markdown import table
from portal.accounts import personal_data


@dataclass(frozen=True, slots=True)
class Row:
    """A table with personal data. `export` and `erase` name the app that does it, or say why nobody does."""

    holds: str
    basis: str
    export: str
    erase: str


BASES: Final = {
    "consent": "Art. 6(1)(a) consent",
    "contract": "Art. 6(1)(b) contract",
    "health": "Art. 6(1)(f), Art. 9(2)(h) social care",
    "law": "Art. 6(1)(c) accounts",
    "interest": "Art. 6(1)(f) security and answering questions",
}
UNUSED_STRIPE: Final = "dj-stripe: a Stripe feature the portal does not use; its table stays empty"
# Table, what it holds, lawful basis, export, erasure.
_PERSONAL: Final = """
accounts.User | name, email, password hash, visitor key | contract | accounts | accounts
accounts.User_groups | role | contract | reason: says only that somebody is a caregiver | accounts
accounts.User_user_permissions | permissions | contract | reason: staff only | accounts
account.EmailAddress | email addresses | contract | accounts | accounts
account.EmailConfirmation | confirmation keys; links are signed, so it stays empty | contract | reason: empty | accounts (with the address)
mfa.Authenticator | second factors | contract | accounts | accounts
sessions.Session | signed-in browsers | contract | reason: lasts hours, opaque | accounts
usersessions.UserSession | signed-in browsers: network address, browser | interest | reason: shown under the person's sessions | accounts (with the session)
admin.LogEntry | labels of what staff changed | interest | reason: a label repeats the name | accounts
audit.AuditValue | what staff changed in contacts and care notes (health), before and after | interest+health | audit | audit
audit.AuditEvent | account numbers and codes | interest | audit | reason: append-only; the number leads to nobody
activity.ActivityEvent | hash of a visitor, with consent | consent | activity | activity
insights.DailyViewer | hash of a visitor, with consent | consent | activity (the events) | activity (the key is thrown away)
notifications.Notification | address and words of emails, with the address of a visit at home | contract | notifications | notifications
caregivers.Caregiver | phone number | contract | caregivers | caregivers
caregivers.CareRecipient | name, relationship, care notes and access needs (health), address, emergency contact | health | caregivers | caregivers
caregivers.StaffNote | notes by our team about a family (may speak of health) | interest+health | caregivers | caregivers
caregivers.ErasureRequest | account number; address until the last email | law | reason: no account is left to export | caregivers
bookings.Booking | service, time, person, notes (may speak of health) | contract+health | bookings | bookings
bookings.Answer | answers to a service's questions (may speak of health) | health | bookings | bookings
bookings.Feedback | how a session was, and a comment | interest | bookings | bookings (the rating stays, without a name)
bookings.CalendarFeed | hash of a private calendar address | contract | bookings | bookings
bookings.BookingTransition | account numbers | contract | reason: states, in the booking | reason: numbers only
bookings.SessionChange | who moved or cancelled a session (staff) | interest | reason: staff's number only | reason: numbers only
payments.Payment | amounts, receipt email, Stripe ids | law | payments | payments
payments.PayLink | hash of an emailed link that pays a deposit | contract | reason: hash and time only, leads to nobody | payments
payments.Receipt | who paid, what for, amounts | law | payments | payments (the name is blanked)
payments.CreditNote | amounts that went back, what for | law | payments | reason: numbers only
payments.PaymentAttempt | outcome of an attempt | law | payments | reason: codes only
payments.PaymentTransition | states | law | reason: in the payment | reason: codes only
payments.Refund | amounts, staff's note | law | payments | payments
payments.Dispute | amounts, reason code | law | reason: in the payment | reason: codes only
payments.DisputeEvidence | what finance wrote to a bank about a payment | law | payments | payments
payments.EvidenceFile | documents for a bank, until Stripe has them | law | reason: deleted when sent; the words are there | payments
payments.Discrepancy | staff's closing note | law | reason: about our books, not the person | payments
payments.OfflineReceipt | reference of a payment made otherwise | law | payments | payments
payments.ReceivedEvent | Stripe's messages | law | payments (the ledger says the same) | payments
payments.UnreadableEvent | Stripe's messages as bytes | law | payments (the ledger says the same) | payments
home.ContactMessage | name, address, phone number and words sent with the contact form | interest | home | home
wagtailcore.ModelLogEntry | labels of what staff changed | interest | home | home
wagtailcore.Revision | stored versions, if staff save a person's row | interest | reason: repeats the row | home
"""
_MIRRORED: Final = ("PaymentIntent", "Charge", "Refund", "Dispute", "PaymentMethod", "Customer", "Event")


def _row(holds: str, bases: str, export: str, erase: str) -> Row:
    return Row(holds, "; ".join(BASES[basis] for basis in bases.split("+")), export, erase)


_STRIPE: Final = _row("Stripe's record of a payment", "law", "payments (the ledger says the same)", "payments")
PERSONAL: Final = {
    **{table: _row(*said) for table, *said in (line.split(" | ") for line in _PERSONAL.strip().splitlines())},
    **{f"djstripe.{name}": _STRIPE for name in _MIRRORED},
}
_STAFF: Final = "staff's work: who edited or approved content; ends with the account of the colleague"
_CONTENT: Final = "content, structure or settings: names nobody"
# Whole apps, then single tables: why they hold nothing about a caregiver.
OTHERS: Final = {
    "djstripe": UNUSED_STRIPE,
    **dict.fromkeys(("wagtailcore", "wagtailadmin", "wagtailusers"), _STAFF),
    "wagtailforms": "no form page is offered; its table stays empty",
    "wagtailsearch": "index of pages and media: names nobody",
    **dict.fromkeys(("wagtailredirects", "wagtailembeds", "wagtaildocs", "wagtailimages"), _CONTENT),
    **dict.fromkeys(("taggit", "auth", "contenttypes"), _CONTENT),
}
# Our own other tables, one by one, so that a new one has to be thought about. They hold content, counts and states.
_OURS: Final = {
    "audit": "AuditHead",
    "bookings": "Availability CancellationWindow Closure Closure_services Question Service Session SessionException",
    "caregivers": "RetentionProgress",
    "common": "SetupStep",
    "home": "ContactPage ContentPage DepositPage HomePage LandingPage LegalPage NewsIndexPage NewsPage PeoplePage "
    "QuestionsPage ServicePage ServicesPage",
    "insights": "Anomaly AnomalySettings Cursor DailyDecline DailyHistogram DailyMedia DailyNotifications "
    "DailyServiceTotals",
    "media_library": "Category MediaItem MediaItem_categories",
    "notifications": "MessageText PageText",
    "organisation": "SiteSettings",
    "payments": "DocumentCounter PaymentPageCheck ReconciliationRun StagedDispute StagedIntent StagedRefund",
    "security": "LimitCounter",
}
OURS_OTHERS: Final = frozenset(f"{app}.{name}" for app, names in _OURS.items() for name in names.split())
HEAD: Final = """# Data map

Generated by `python -m ops.docs.generate` from `ops/docs/data_map.py` and each app's `RETENTION`. A test fails when a
table is in no row.

Care notes and access needs (`caregivers.CareRecipient.care_notes`, `.access_needs`), answers to a service's questions
(`bookings.Answer`) and what is written in `bookings.Booking.notes` are health data. They are read by the caregiver, by
care coordinators on the pages of a family, a session and a booking, and by administrators. Editors,
finance and managers have no permission for them. Reading them is not logged; what staff change is, with its author and
what stood there before (`audit.AuditValue`, shown only to whoever may see the record itself). See [dpia.md](dpia.md).

"""


def data_map() -> str:
    """The page."""
    mapped = ((f"`{name}`", row.holds, row.basis, row.export, row.erase) for name, row in sorted(PERSONAL.items()))
    rules = (
        (rule.key, rule.what, rule.period, rule.done_by or ("nightly clearing" if rule.trims else "erasure"))
        for rule in personal_data.retention()
    )
    others = [(f"`{app}`", why) for app, why in sorted(OTHERS.items())]
    others += [(f"`{name}`", "content, counts or states: names nobody") for name in sorted(OURS_OTHERS)]
    sections = {
        "": table(("table", "holds", "lawful basis (UK GDPR)", "export", "erasure"), mapped),
        "## How long\n\n": table(("rule", "what", "kept for", "cleared by"), rules),
        "## Other tables\n\n": table(("app or table", "why nothing about a caregiver"), others),
    }
    return HEAD + "\n\n".join(title + text for title, text in sections.items()) + "\n"


def unmapped() -> list[str]:
    """Tables in no row."""
    models = apps.get_models(include_auto_created=True)
    return [
        m._meta.label
        for m in models
        if m._meta.label not in {*PERSONAL, *OURS_OTHERS} and m._meta.app_label not in OTHERS
    ]
