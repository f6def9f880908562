"""Applying what Stripe says of an intent to the ledger, and a payment's success to its booking.

Safe in any order and any number: terminal states apply once, nothing moves backwards, and what does not fit
(amount, currency, mode) raises a discrepancy and keeps the place.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from payments.domain import notify
from payments.domain.discrepancies import record_mismatch
from payments.domain.payable import is_payable
from payments.domain.receipts import issue_receipt
from payments.domain.refunds.request import request_refund
from payments.domain.transitions import locked, transition
from payments.enums import (
    CAPTURED,
    INTENT_STATUS_AT_STRIPE,
    LIVE,
    UNPAID,
    Applied,
    AttemptOutcome,
    DiscrepancyKind,
    PaymentStatus,
    Purpose,
    RefundReason,
)
from payments.gateway.base import Intent, PaymentError
from payments.metrics import OUTCOMES
from payments.models import Payment, PaymentAttempt, PaymentQuerySet
from portal.activity.metrics import FUNNEL_EVENTS
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.conflicts import place_of
from portal.bookings.domain.transitions import transition as transition_booking
from portal.bookings.enums import OWES_BALANCE, BookingStatus, SessionStatus
from portal.bookings.errors import SessionFull, SessionNotBookable
from portal.bookings.models import Booking
from portal.common import clock
from portal.common.metrics import increment


def find_payment_id(intent_id: str, metadata: dict[str, str]) -> int | None:
    """Match by intent id, else by what its metadata claims."""
    payment_id = Payment.objects.filter(intent_id=intent_id).values_list("pk", flat=True).first()
    if payment_id is not None:
        return payment_id
    without_another = claimed_by(metadata).filter(Q(intent_id__isnull=True) | Q(intent_id=intent_id))
    return without_another.values_list("pk", flat=True).first()


def claimed_by(metadata: dict[str, str]) -> PaymentQuerySet:
    """The payment that an intent's metadata names, if any: by its number and by its booking's reference.

    After a restore numbers are given a second time, references are not.
    """
    number = metadata.get("payment_id", "")
    if not number.isdecimal() or len(number) > 18:
        return Payment.objects.none()
    return Payment.objects.filter(pk=int(number), booking__reference=metadata.get("booking_reference", ""))


@transaction.atomic
def apply_intent(intent: Intent, cause: Cause) -> Applied:
    """Bring the ledger to what `intent` says, under lock; booking and emails follow in the same transaction."""
    payment_id = find_payment_id(intent.id, intent.metadata)
    if payment_id is None:
        return Applied.UNMATCHED
    payment = locked(payment_id)
    if kind := _mismatch(payment, intent):
        amounts = {"expected": payment.amount, "amount": intent.amount, "received": intent.amount_received}
        return record_mismatch(kind, intent, payment, cause, at_stake=intent.amount_received, **amounts)
    outdated = payment.known_at is not None and cause.as_of < payment.known_at
    _remember(payment, intent, cause)
    if intent.status == "succeeded":
        return _succeed(payment, intent, cause)
    if intent.status == "canceled":
        _cancel(payment, intent, cause)
    elif intent.status not in INTENT_STATUS_AT_STRIPE:
        # a state that this portal asks for nowhere (`requires_capture`), or that Stripe has added since
        states = {"status": intent.status, "payment_status": payment.status}
        return record_mismatch(
            DiscrepancyKind.STATUS_DIFFERS, intent, payment, cause, at_stake=intent.amount_received, **states
        )
    elif not outdated:
        _advance(payment, INTENT_STATUS_AT_STRIPE[intent.status], cause)
    return Applied.APPLIED


def _mismatch(payment: Payment, intent: Intent) -> DiscrepancyKind | None:
    received = intent.amount_received if intent.status == "succeeded" else payment.amount
    if (intent.amount, received, intent.currency) != (payment.amount, payment.amount, payment.currency):
        return DiscrepancyKind.AMOUNT_DIFFERS
    return DiscrepancyKind.MODE_DIFFERS if intent.livemode != settings.STRIPE_LIVE_MODE else None


def _remember(payment: Payment, intent: Intent, cause: Cause) -> None:
    payment.intent_id = intent.id
    payment.known_at = max(payment.known_at or cause.as_of, cause.as_of)
    attempted = intent.status in ("requires_action", "processing", "succeeded") or intent.last_error is not None
    if attempted and payment.first_attempt_at is None:
        payment.first_attempt_at = clock.now()
        if payment.purpose == Purpose.DEPOSIT:
            increment(FUNNEL_EVENTS, stage="payment_attempted", service=payment.booking.session.service.slug)
    payment.save(update_fields=["intent_id", "known_at", "first_attempt_at", "updated_at"])


def _advance(payment: Payment, to: PaymentStatus, cause: Cause) -> None:
    """A state on the way; one that comes after a final one changes nothing."""
    if payment.status in UNPAID and payment.status != to:
        _move(payment, to, cause)


@transaction.atomic
def record_decline(payment_id: int, intent: Intent, cause: Cause, *, occurred_at: datetime) -> None:
    """Write down the attempt that `payment_intent.payment_failed` tells of, once however many events tell of it.

    One that made no charge (a failed authentication) is known by its second, and Stripe's events of it may be a second
    apart: nobody is declined twice that fast. The caregiver is asked to try again only while that can be done: not when
    the place is gone, nor when a later attempt is with the bank.
    """
    payment = locked(payment_id)
    error = intent.last_error or PaymentError("unknown")
    moments = [occurred_at + timedelta(seconds=aside) for aside in (0, -1, 1)]
    references = [error.charge_id] if error.charge_id else [f"{intent.id}@{at:%Y%m%dT%H%M%S}" for at in moments]
    known = PaymentAttempt.objects.filter(reference__in=[*references, cause.external_id])  # event ids: until 0.1.0
    if known.exists():
        return
    attempt = PaymentAttempt.objects.create(
        payment=payment,
        outcome=AttemptOutcome.FAILED,
        code=error.code[:64],
        decline_code=error.decline_code[:64],
        reference=references[0],
    )
    record("payment.declined", payment, cause=cause, data={"reason": attempt.reason})
    increment(OUTCOMES, outcome="failed", reason=attempt.reason)
    if payment.status == PaymentStatus.PENDING and is_payable(payment.booking, Purpose(payment.purpose)):
        notify.payment_failed(payment)


def _cancel(payment: Payment, intent: Intent, cause: Cause) -> None:
    if payment.status in UNPAID:
        _move(payment, PaymentStatus.CANCELLED, cause, reason=intent.cancellation_reason)
        increment(OUTCOMES, outcome="cancelled", reason=intent.cancellation_reason or "none")


def _succeed(payment: Payment, intent: Intent, cause: Cause) -> Applied:
    if payment.status in CAPTURED:
        return Applied.APPLIED
    others = Payment.objects.filter(booking=payment.booking_id, purpose=payment.purpose, status__in=LIVE)
    if payment.status == PaymentStatus.CANCELLED and others.exclude(pk=payment.pk).exists():
        return record_mismatch(
            DiscrepancyKind.DUPLICATE_CHARGE, intent, payment, cause, at_stake=intent.amount_received
        )
    payment.captured_amount = intent.amount_received
    payment.charge_id = intent.latest_charge_id
    payment.succeeded_at = clock.now()
    payment.save(update_fields=["captured_amount", "charge_id", "succeeded_at", "updated_at"])
    _move(payment, PaymentStatus.SUCCEEDED, cause)
    PaymentAttempt.objects.get_or_create(
        reference=intent.latest_charge_id or intent.id,
        defaults={"payment": payment, "outcome": AttemptOutcome.SUCCEEDED},
    )
    increment(OUTCOMES, outcome="succeeded", reason="")
    settle_booking(payment, cause)
    issue_receipt(payment)
    return Applied.APPLIED


def _move(payment: Payment, to: PaymentStatus, cause: Cause, reason: str = "") -> None:
    transition(payment.pk, to=to, cause=cause, reason=reason)
    payment.status = to


def settle_booking(payment: Payment, cause: Cause) -> None:
    """What a captured payment means for its booking: confirmed, booked again, or the money goes back."""
    booking = payment.booking
    if _keeps_place(payment, booking, cause):
        if payment.purpose == Purpose.BALANCE:
            notify.balance_received(payment)
        return
    request_refund(payment.pk, amount=payment.captured_amount, reason=RefundReason.LATE_MONEY, cause=cause)
    notify.late_money_returned(payment)


def _keeps_place(payment: Payment, booking: Booking, cause: Cause) -> bool:
    if booking.session.status == SessionStatus.CANCELLED:
        return False
    if payment.purpose == Purpose.BALANCE:
        return booking.status in OWES_BALANCE
    match booking.status:
        case BookingStatus.AWAITING_DEPOSIT if booking.release_to == BookingStatus.CANCELLED:
            transition_booking(booking.pk, to=BookingStatus.CANCELLED, cause=cause, reason="cancelled_while_paying")
            return False
        case BookingStatus.AWAITING_DEPOSIT:
            return _confirm(payment, booking, cause, "deposit_paid")
        case BookingStatus.EXPIRED:
            return place_of(booking.care_recipient, booking.session) is None and _confirm(
                payment, booking, cause, "late_money"
            )
        case _:
            return False


def _confirm(payment: Payment, booking: Booking, cause: Cause, reason: str) -> bool:
    try:
        confirmed = transition_booking(booking.pk, to=BookingStatus.CONFIRMED, cause=cause, reason=reason)
    except (SessionFull, SessionNotBookable):
        return False
    increment(FUNNEL_EVENTS, stage="deposit_paid", service=confirmed.session.service.slug)
    notify.booking_confirmed(confirmed, payment)
    return True
