"""What happened to a payment, from everything that was written down about it: reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.enums import FRAUD_TASKS, PaymentStatus, RefundStatus
from payments.models import Payment, ReceivedEvent
from portal.audit.actor import ActorKind, Source
from portal.audit.domain.find import about
from portal.audit.domain.people import names_of, who
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common.money import formatted
from portal.notifications.models import Notification

DASHBOARD: Final = "https://dashboard.stripe.com"
SAID: Final = {
    "booking.made": _("Booked"),
    "booking.pay_link_sent": _("New payment link sent"),
    "booking.hold_extended": _("More time given to pay"),
    "booking.notes_changed": _("Notes changed before the deposit was paid"),
    "booking.release_requested": _("Releasing the place: asked Stripe to close the card form"),
    "booking.session_changed": _("Moved to another session"),
    "booking.terms_waived": _("Cancellation terms waived"),
    "payment.written": _("Payment created"),
    "payment.entered": _("Offline payment recorded"),
    "payment.taken_back": _("Offline payment reversed"),
    "refund.requested": _("Refund requested"),
    "refund.retried": _("Refund retried"),
    "payment.receipt_address_refused": _("Stripe rejected the receipt’s email address"),
    "booking.cancellation_refused": _("Cancellation refused"),
    "refund.reduced": _("Refund reduced to the amount left"),
    "refund.owed_again": _("Refund due again: the bank reversed its return"),
    "refund.refused": _("Refund couldn’t be sent"),
    "refund.returned_by_hand": _("Refunded manually"),
    "dispute.answer_saved": _("Dispute response saved as a draft"),
    "dispute.answer_released": _("Dispute response released to the bank"),
    "dispute.answer_refused": _("Stripe rejected the dispute response"),
    "dispute.answer_submitted": _("Dispute response submitted to the bank"),
}
STATES: Final[dict[str, Any]] = {"payment": PaymentStatus, "booking": BookingStatus, "refund": RefundStatus}
MOVED: Final = {
    "payment": _("Payment: %(status)s"),
    "booking": _("Booking: %(status)s"),
    "refund": _("Refund: %(status)s"),
    "dispute": _("Dispute: %(status)s"),
}


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened. `stripe_id` names the object or event at Stripe, when there is one."""

    at: datetime
    what: str
    who: str
    detail: str = ""
    stripe_id: str = ""
    url: str = ""


def stripe_url(stripe_id: str) -> str:
    """Where Stripe's dashboard shows the object; empty for what has no page."""
    folder = {
        "pi": "payments",
        "ch": "payments",
        "re": "refunds",
        "dp": "disputes",
        "du": "disputes",
        "po": "payouts",
        "evt": "events",
    }
    kind = folder.get(stripe_id.partition("_")[0])
    test = "" if settings.STRIPE_LIVE_MODE else "/test"
    return f"{DASHBOARD}{test}/{kind}/{stripe_id}" if kind else ""


def timeline(payment: Payment) -> list[Moment]:
    """Everything about `payment`, its booking, refunds and disputes, oldest first."""
    moments = (
        *_audit(payment.booking_id, [payment], payment.currency),
        *_attempts(payment),
        *_events(payment),
        *_mail(payment.booking_id),
    )
    return sorted(moments, key=lambda m: m.at)


def booking_timeline(booking: Booking) -> list[Moment]:
    """Everything about `booking` and its payments, with who did it, oldest first; without Stripe's events."""
    payments = list(booking.payments.prefetch_related("refunds", "disputes", "attempts"))
    attempts = (moment for payment in payments for moment in _attempts(payment))
    moments = (*_audit(booking.pk, payments, booking.currency), *attempts, *_mail(booking.pk))
    return sorted(moments, key=lambda m: m.at)


def _audit(booking_id: int, payments: list[Payment], currency: str) -> Iterator[Moment]:
    subjects = {
        "bookings.booking": [booking_id],
        "payments.payment": [payment.pk for payment in payments],
        "payments.refund": [refund.pk for payment in payments for refund in payment.refunds.all()],
        "payments.dispute": [dispute.pk for payment in payments for dispute in payment.disputes.all()],
    }
    shown_as_attempts = Q(action="payment.declined")
    entries = list(AuditEvent.objects.filter(about(subjects)).exclude(shown_as_attempts).order_by("pk"))
    names = names_of(entries)
    for entry in entries:
        yield Moment(
            at=entry.occurred_at,
            what=said(entry),
            who=who(entry, names),
            detail=_detail(entry, currency),
            stripe_id=entry.stripe_event_id,
            url=stripe_url(entry.stripe_event_id),
        )


def said(entry: AuditEvent) -> str:
    """What happened, in words."""
    subject = entry.action.partition(".")[0]
    if not entry.action.endswith(".moved"):
        return str(SAID.get(entry.action, entry.action))
    to = str(entry.data.get("to", ""))
    states = STATES.get(subject)
    label = states(to).label if states and to in states.values else to.replace("_", " ")
    return str(MOVED.get(subject, "%(status)s") % {"status": label})


def _detail(entry: AuditEvent, currency: str) -> str:
    reasons = [str(entry.data[key]).replace("_", " ") for key in ("reason", "code", "released") if entry.data.get(key)]
    amount = entry.data.get("amount")
    return ", ".join(([formatted(amount, currency)] if isinstance(amount, int) else []) + reasons)


def _attempts(payment: Payment) -> Iterator[Moment]:
    for attempt in payment.attempts.all():
        at_stripe = attempt.reference.partition("@")[0]  # an attempt without a charge has its intent's id
        yield Moment(
            at=attempt.occurred_at,
            what=str(_("Card payment: %(outcome)s") % {"outcome": attempt.get_outcome_display().lower()}),
            who=str(_("Caregiver")),
            detail=(attempt.decline_code or attempt.code).replace("_", " "),
            stripe_id=at_stripe,
            url=stripe_url(at_stripe),
        )


def _events(payment: Payment) -> Iterator[Moment]:
    ids = [payment.intent_id, payment.charge_id]
    ids += [refund.stripe_refund_id for refund in payment.refunds.all()]
    ids += [dispute.stripe_dispute_id for dispute in payment.disputes.all()]
    ids += [task.stripe_object_id for task in payment.discrepancies.all() if task.kind in FRAUD_TASKS]
    for event in ReceivedEvent.objects.filter(object_id__in=[object_id for object_id in ids if object_id]):
        yield Moment(
            at=event.received_at,
            what=str(_("Stripe event: %(type)s") % {"type": event.type}),
            who=f"{ActorKind.STRIPE.label} ({Source.WEBHOOK.label.lower()})",
            detail=f"{event.get_ledger_state_display()}{': ' if event.last_error else ''}{event.last_error}",
            stripe_id=event.event_id,
            url=stripe_url(event.event_id),
        )


def _mail(booking_id: int) -> Iterator[Moment]:
    for mail in Notification.objects.filter(about=f"booking:{booking_id}"):
        yield Moment(
            at=mail.sent_at or mail.created_at,
            what=str(_("Email: %(subject)s") % {"subject": mail.subject or mail.template.replace("_", " ")}),
            who=str(ActorKind.SYSTEM.label),
            detail=mail.get_status_display(),
        )
