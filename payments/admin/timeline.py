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
from portal.accounts.models import User
from portal.audit.actor import ActorKind, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.common.money import formatted
from portal.notifications.models import Notification

DASHBOARD: Final = "https://dashboard.stripe.com"
SAID: Final = {
    "booking.made": _("Booked"),
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
BY_WEBHOOK: Final = "Stripe (webhook)"
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
    return sorted((*_audit(payment), *_attempts(payment), *_events(payment), *_mail(payment)), key=lambda m: m.at)


def _audit(payment: Payment) -> Iterator[Moment]:
    subjects = {
        "payments.payment": [payment.pk],
        "bookings.booking": [payment.booking_id],
        "payments.refund": [refund.pk for refund in payment.refunds.all()],
        "payments.dispute": [dispute.pk for dispute in payment.disputes.all()],
    }
    wanted = Q()
    for kind, ids in subjects.items():
        wanted |= Q(object_type=kind, object_id__in=list(map(str, ids)))
    shown_as_attempts = Q(action="payment.declined")
    entries = list(AuditEvent.objects.filter(wanted).exclude(shown_as_attempts).order_by("pk"))
    names = _names(entries)
    for entry in entries:
        yield Moment(
            at=entry.occurred_at,
            what=_said(entry),
            who=_who(entry, names),
            detail=_detail(entry, payment.currency),
            stripe_id=entry.stripe_event_id,
            url=stripe_url(entry.stripe_event_id),
        )


def _said(entry: AuditEvent) -> str:
    subject = entry.action.partition(".")[0]
    if not entry.action.endswith(".moved"):
        return str(SAID.get(entry.action, entry.action))
    to = str(entry.data.get("to", ""))
    states = STATES.get(subject)
    label = states(to).label if states and to in states.values else to.replace("_", " ")
    return str(MOVED.get(subject, "%(status)s") % {"status": label})


def _detail(entry: AuditEvent, currency: str) -> str:
    said = [str(entry.data[key]).replace("_", " ") for key in ("reason", "code", "released") if entry.data.get(key)]
    amount = entry.data.get("amount")
    return ", ".join(([formatted(amount, currency)] if isinstance(amount, int) else []) + said)


def _names(entries: list[AuditEvent]) -> dict[str, str]:
    ids = {entry.actor_id for entry in entries if entry.actor_kind == ActorKind.USER}
    return {str(user.pk): user.get_full_name() or user.email for user in User.objects.filter(pk__in=ids)}


def _who(entry: AuditEvent, names: dict[str, str]) -> str:
    if entry.actor_kind == ActorKind.STRIPE and entry.source == Source.WEBHOOK:
        return BY_WEBHOOK
    way = str(Source(entry.source).label)
    who = ActorKind(entry.actor_kind).label
    if entry.actor_kind == ActorKind.USER:
        who = names.get(entry.actor_id, str(_("Deleted account")))
    return f"{who} ({way[0].lower()}{way[1:]})"


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
    ids += [found.stripe_object_id for found in payment.discrepancies.all() if found.kind in FRAUD_TASKS]
    for event in ReceivedEvent.objects.filter(object_id__in=[found for found in ids if found]):
        yield Moment(
            at=event.received_at,
            what=str(_("Stripe event: %(type)s") % {"type": event.type}),
            who=BY_WEBHOOK,
            detail=f"{event.get_ledger_state_display()}{': ' if event.last_error else ''}{event.last_error}",
            stripe_id=event.event_id,
            url=stripe_url(event.event_id),
        )


def _mail(payment: Payment) -> Iterator[Moment]:
    for mail in Notification.objects.filter(about=f"booking:{payment.booking_id}"):
        yield Moment(
            at=mail.sent_at or mail.created_at,
            what=str(_("Email: %(subject)s") % {"subject": mail.subject or mail.template.replace("_", " ")}),
            who=str(ActorKind.SYSTEM.label),
            detail=mail.get_status_display(),
        )
