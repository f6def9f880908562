"""docs/privacy/data-map.md: every table, what it holds about a person, and what export, erasure and time do to it."""

from dataclasses import dataclass
from typing import Final

from django.apps import apps

from portal.accounts import personal_data


@dataclass(frozen=True, slots=True)
class Row:
    """A table with personal data. `export` and `erase` name the app that does it, or say why nobody does."""

    holds: str
    basis: str
    export: str
    erase: str


CONTRACT: Final = "Art. 6(1)(b) contract"
HEALTH: Final = "Art. 6(1)(f), Art. 9(2)(h) social care"
LAW: Final = "Art. 6(1)(c) accounts"
INTEREST: Final = "Art. 6(1)(f) security and answering questions"
STRIPE: Final = Row("Stripe's record of a payment", LAW, "payments (the ledger says the same)", "payments")
UNUSED_STRIPE: Final = "dj-stripe: a Stripe feature the portal does not use; its table stays empty"
PERSONAL: Final = {
    "accounts.User": Row("name, email, password hash, visitor key", CONTRACT, "accounts", "accounts"),
    "accounts.User_groups": Row("role", CONTRACT, "reason: says only that somebody is a caregiver", "accounts"),
    "accounts.User_user_permissions": Row("permissions", CONTRACT, "reason: staff only", "accounts"),
    "account.EmailAddress": Row("email addresses", CONTRACT, "accounts", "accounts"),
    "account.EmailConfirmation": Row("confirmation keys; links are signed, so it stays empty", CONTRACT, "reason: empty", "accounts (with the address)"),
    "mfa.Authenticator": Row("second factors", CONTRACT, "accounts", "accounts"),
    "sessions.Session": Row("signed-in browsers", CONTRACT, "reason: lasts hours, opaque", "accounts"),
    "usersessions.UserSession": Row("signed-in browsers: network address, browser", INTEREST, "reason: shown under the person's sessions", "accounts (with the session)"),
    "admin.LogEntry": Row("labels of what staff changed", INTEREST, "reason: a label repeats the name", "accounts"),
    "audit.AuditEvent": Row("account numbers and codes", INTEREST, "audit", "reason: append-only; the number leads to nobody"),
    "activity.ActivityEvent": Row("hash of a visitor, with consent", "Art. 6(1)(a) consent", "activity", "activity"),
    "insights.DailyViewer": Row("hash of a visitor, with consent", "Art. 6(1)(a) consent", "activity (the events)", "activity (the key is thrown away)"),
    "notifications.Notification": Row("address and words of emails", CONTRACT, "notifications", "notifications"),
    "caregivers.Caregiver": Row("phone number", CONTRACT, "caregivers", "caregivers"),
    "caregivers.CareRecipient": Row("name, relationship, care notes (health)", HEALTH, "caregivers", "caregivers"),
    "caregivers.ErasureRequest": Row("account number; address until the last email", LAW, "reason: no account is left to export", "caregivers"),
    "bookings.Booking": Row("service, time, person, notes (may speak of health)", CONTRACT + "; " + HEALTH, "bookings", "bookings"),
    "bookings.BookingTransition": Row("account numbers", CONTRACT, "reason: states, in the booking", "reason: numbers only"),
    "bookings.SessionChange": Row("who moved or cancelled a session (staff)", INTEREST, "reason: staff's number only", "reason: numbers only"),
    "payments.Payment": Row("amounts, receipt email, Stripe ids", LAW, "payments", "payments"),
    "payments.PaymentAttempt": Row("outcome of an attempt", LAW, "payments", "reason: codes only"),
    "payments.PaymentTransition": Row("states", LAW, "reason: in the payment", "reason: codes only"),
    "payments.Refund": Row("amounts, staff's note", LAW, "payments", "payments"),
    "payments.Dispute": Row("amounts, reason code", LAW, "reason: in the payment", "reason: codes only"),
    "payments.DisputeEvidence": Row("what finance wrote to a bank about a payment", LAW, "payments", "payments"),
    "payments.EvidenceFile": Row(
        "documents for a bank, until Stripe has them", LAW, "reason: deleted when sent; the words are there", "payments"
    ),
    "payments.Discrepancy": Row("staff's closing note", LAW, "reason: about our books, not the person", "payments"),
    "payments.OfflineReceipt": Row("reference of a payment made otherwise", LAW, "payments", "payments"),
    "payments.ReceivedEvent": Row("Stripe's messages", LAW, "payments (the ledger says the same)", "payments"),
    "payments.UnreadableEvent": Row("Stripe's messages as bytes", LAW, "payments (the ledger says the same)", "payments"),
    "wagtailcore.ModelLogEntry": Row("labels of what staff changed", INTEREST, "home", "home"),
    "wagtailcore.Revision": Row("stored versions, if staff save a person's row", INTEREST, "reason: repeats the row", "home"),
    **{f"djstripe.{name}": STRIPE for name in ("PaymentIntent", "Charge", "Refund", "Dispute", "PaymentMethod", "Customer", "Event")},
}  # fmt: skip
_STAFF: Final = "staff's work: who edited or approved content; ends with the account of the colleague"
_CONTENT: Final = "content, structure or settings: names nobody"
# Whole apps, then single tables: why they hold nothing about a caregiver.
OTHERS: Final = {
    "djstripe": UNUSED_STRIPE, "wagtailcore": _STAFF, "wagtailadmin": _STAFF, "wagtailusers": _STAFF,
    "wagtailforms": "no form page is offered; its table stays empty", "wagtailredirects": _CONTENT, "wagtailembeds": _CONTENT,
    "wagtaildocs": _CONTENT, "wagtailimages": _CONTENT, "wagtailsearch": "index of pages and media: names nobody",
    "taggit": _CONTENT, "auth": _CONTENT, "contenttypes": _CONTENT,
}  # fmt: skip
# Our own other tables, one by one, so that a new one has to be thought about. They hold content, counts and states.
_OURS: Final = {
    "audit": "AuditHead",
    "bookings": "Availability CancellationWindow Service Session",
    "caregivers": "RetentionProgress",
    "common": "SetupStep",
    "home": "ContentPage DepositPage HomePage ServicesPage",
    "insights": "Anomaly AnomalySettings Cursor DailyDecline DailyHistogram DailyMedia DailyNotifications "
    "DailyServiceTotals",
    "media_library": "Category MediaItem MediaItem_categories",
    "notifications": "MessageText",
    "payments": "PaymentPageCheck ReconciliationRun StagedDispute StagedIntent StagedRefund",
    "security": "LimitCounter",
}
OURS_OTHERS: Final = frozenset(f"{app}.{name}" for app, names in _OURS.items() for name in names.split())
HEAD: Final = """# Data map

Generated by `python -m ops.docs.generate` from `ops/docs/data_map.py` and each app's `RETENTION`. A test fails when a
table is in no row.

Care notes (`caregivers.CareRecipient.care_notes`, and what is written in `bookings.Booking.notes`) are health data. They
are read by the caregiver, by care coordinators on the attendance page of a session, and by administrators. Editors,
finance and managers have no permission for them. Neither reading nor changing them is logged. See [dpia.md](dpia.md).

| table | holds | lawful basis (UK GDPR) | export | erasure |
|---|---|---|---|---|
"""


def data_map() -> str:
    """The page."""
    rows = [f"| `{name}` | {r.holds} | {r.basis} | {r.export} | {r.erase} |" for name, r in sorted(PERSONAL.items())]
    others = [f"| `{app}` | {why} |" for app, why in sorted(OTHERS.items())]
    rules = [
        f"| {rule.key} | {rule.what} | {rule.period} | {rule.done_by or ('nightly clearing' if rule.trims else 'erasure')} |"
        for rule in personal_data.retention()
    ]
    return "\n".join(
        [HEAD + "\n".join(rows), "", "## How long", "", "| rule | what | kept for | cleared by |", "|---|---|---|---|",
         *rules, "", "## Other tables", "", "| app or table | why nothing about a caregiver |", "|---|---|", *others, *(f"| `{name}` | content, counts or states: names nobody |" for name in sorted(OURS_OTHERS)), ""]
    )  # fmt: skip


def unmapped() -> list[str]:
    """Tables in no row."""
    models = apps.get_models(include_auto_created=True)
    return [
        m._meta.label
        for m in models
        if m._meta.label not in {*PERSONAL, *OURS_OTHERS} and m._meta.app_label not in OTHERS
    ]
