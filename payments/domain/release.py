"""Releasing a place: expiry, caregiver and staff alike.

First `release_requested_at` is committed, after which checkout issues nothing. Then, outside transactions, every
live intent is cancelled at Stripe. Cancelled: the place is released. Succeeded: the money is adopted. Being
processed, refused or unreachable: the place is kept and it is tried again.
"""

import logging
from datetime import timedelta
from enum import Enum
from typing import Final

from django.db import transaction
from django.db.models import Q

from payments.domain import notify
from payments.domain.checkout import create_intent
from payments.domain.discrepancies import record_discrepancy
from payments.domain.intent_sync import apply_intent
from payments.domain.refunds.quote import quote
from payments.domain.transitions import locked as locked_payment
from payments.domain.transitions import transition as transition_payment
from payments.enums import UNPAID, DiscrepancyKind, PaymentStatus
from payments.gateway import gateway
from payments.gateway.base import GatewayError, GatewayMisconfigured, GatewayNotFound, GatewayRefused, Intent
from payments.metrics import RELEASES_KEPT
from payments.models import Payment
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked, transition
from portal.bookings.enums import OVER, BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.common.leases import back_off
from portal.common.metrics import increment

logger = logging.getLogger("payments.release")
EXPIRY: Final = Actor.system(SystemActor.EXPIRY)
WORK_TIME: Final = timedelta(minutes=1)
STRAY_PAUSE: Final = timedelta(minutes=1)


class Released(Enum):
    """How it ended."""

    RELEASED = "released"
    ADOPTED = "adopted"
    KEPT = "kept"


@transaction.atomic
def request_release(booking_id: int, *, to: BookingStatus, cause: Cause) -> bool:
    """Stop checkout for a booking that awaits its deposit; False when it does not (any more)."""
    booking = locked(booking_id)
    if booking.status != BookingStatus.AWAITING_DEPOSIT:
        return False
    if to == BookingStatus.EXPIRED and (booking.hold_expires_at is None or booking.hold_expires_at > clock.now()):
        return False  # extended meanwhile
    moment = clock.now()
    booking.release_requested_at = booking.release_requested_at or moment
    booking.release_to = BookingStatus.CANCELLED if booking.release_to == BookingStatus.CANCELLED else to
    booking.release_due_at = moment
    booking.save(update_fields=["release_requested_at", "release_to", "release_due_at"])
    record("booking.release_requested", booking, cause=cause, data={"to": to.value})
    return True


def finish_release(booking_id: int, *, cause: Cause) -> Released:
    """Cancel what is live at Stripe, then release; called again until it is released or paid."""
    try:
        _close_all(booking_id, cause)
    except GatewayError as error:
        return _keep(booking_id, error.code)
    return _settle(booking_id, cause)


def close_open_payments(booking_id: int, *, cause: Cause) -> bool:
    """After a booking is over nothing of it stays payable; False when Stripe did not answer: the sweep asks again."""
    try:
        _close_all(booking_id, cause)
    except GatewayError:  # logged by the gateway
        return False
    return True


def close_stray_payments(limit: int = 50) -> int:
    """Close what is still payable of bookings that are over (a lost reply, a crash); returns how many were closed.

    Those tried longest ago come first, so that one which Stripe does not let go of keeps no other waiting. The index of
    what is unpaid gives them in this order: paid and closed payments are not read.
    """
    moment = clock.now()
    strays = Payment.objects.unpaid().filter(Q(known_at__isnull=True) | Q(known_at__lt=moment - STRAY_PAUSE))
    over = strays.filter(booking__status__in=OVER).order_by("close_tried_at", "pk")[:limit]
    found = dict(over.values_list("pk", "booking_id"))
    Payment.objects.filter(pk__in=found).update(close_tried_at=moment)  # first: one that breaks us goes to the end too
    return sum(_closed(booking_id) for booking_id in dict.fromkeys(found.values()))


def _closed(booking_id: int) -> bool:
    try:
        return close_open_payments(booking_id, cause=Cause(EXPIRY, Source.SCHEDULE))
    except Exception:  # one bad row must not keep the others
        logger.exception("a payment of a booking that is over could not be closed", extra={"booking": booking_id})
        return False


def _close_all(booking_id: int, cause: Cause) -> None:
    for payment in Payment.objects.filter(booking=booking_id).unpaid().select_related("booking__caregiver__user"):
        _close(payment, cause)


def _close(payment: Payment, cause: Cause) -> None:
    """Have Stripe cancel the payment's intent, whatever we know of it, and apply the answer."""
    if payment.intent_id is None and payment.create_requested_at is None:
        _cancel_unissued(payment.pk, cause, "never_issued")
        return
    as_of = clock.now()
    try:
        intent_id = payment.intent_id or create_intent(payment, EXPIRY).id  # after a lost reply the same key gives it
    except (GatewayMisconfigured, GatewayNotFound):
        raise
    except GatewayRefused:  # Stripe made none and will not: there is nothing that anybody could pay
        _cancel_unissued(payment.pk, cause, "refused")
        return
    try:
        intent = _closed_at_stripe(intent_id)
    except GatewayNotFound:
        _cancel_gone(payment.pk, intent_id, cause)
    else:
        apply_intent(intent, Cause(cause.actor, cause.source, as_of))


def _closed_at_stripe(intent_id: str) -> Intent:
    try:
        return gateway().cancel_intent(intent_id)
    except GatewayNotFound:
        raise
    except GatewayRefused:
        return gateway().retrieve_intent(intent_id)


@transaction.atomic
def _cancel_gone(payment_id: int, intent_id: str, cause: Cause) -> None:
    """Stripe has no such intent, so nobody can pay it: the place is free, and an operator looks at the key."""
    payment = locked_payment(payment_id)
    if payment.status not in UNPAID:
        return
    record_discrepancy(
        DiscrepancyKind.MISSING_AT_STRIPE,
        stripe_object_id=intent_id,
        cause=cause,
        payment=payment,
        currency=payment.currency,
        details={"intent": intent_id},
    )
    transition_payment(payment_id, to=PaymentStatus.CANCELLED, cause=cause, reason="missing_at_stripe")


@transaction.atomic
def _cancel_unissued(payment_id: int, cause: Cause, reason: str) -> None:
    """No intent exists. A page that asked for one meanwhile keeps the payment open, but for a definite no."""
    payment = locked_payment(payment_id)
    was_requested = payment.create_requested_at is not None and reason != "refused"
    if payment.status in UNPAID and payment.intent_id is None and not was_requested:
        transition_payment(payment_id, to=PaymentStatus.CANCELLED, cause=cause, reason=reason)


def _settle(booking_id: int, cause: Cause) -> Released:
    with transaction.atomic():
        booking = locked(booking_id)
        if booking.status != BookingStatus.AWAITING_DEPOSIT or booking.release_requested_at is None:
            return Released.ADOPTED if booking.holds_place else Released.RELEASED
        if not booking.payments.unpaid().exists():
            to = BookingStatus(booking.release_to)
            transition(booking_id, to=to, cause=cause, reason="released")
            if to == BookingStatus.EXPIRED:
                notify.booking_expired(booking)
            else:
                notify.booking_cancelled(booking, quote(booking))
            return Released.RELEASED
    return _keep(booking_id, "processing")


def _keep(booking_id: int, reason: str) -> Released:
    """Keep the place and try again later; counted, so that an alert can see it."""
    booking = Booking.objects.get(pk=booking_id)
    wait = back_off(booking.release_attempts + 1, first=timedelta(seconds=15), longest=timedelta(minutes=10))
    Booking.objects.filter(pk=booking_id).update(
        release_due_at=clock.now() + wait, release_attempts=booking.release_attempts + 1
    )
    increment(RELEASES_KEPT, reason=reason if reason in ("processing",) else "stripe")
    logger.warning("a place is kept for now", extra={"booking": booking_id, "reason": reason})
    return Released.KEPT


def expire_holds(limit: int = 200) -> int:
    """Release places whose time to pay is over, and go on with releases under way; returns how many ended."""
    overdue = Booking.objects.open_holds().filter(hold_expires_at__lte=clock.now(), release_requested_at__isnull=True)
    for booking_id in overdue.values_list("pk", flat=True)[:limit]:
        request_release(booking_id, to=BookingStatus.EXPIRED, cause=Cause(EXPIRY, Source.SCHEDULE))
    due = Booking.objects.filter(release_requested_at__isnull=False, release_due_at__lte=clock.now())
    ended = 0
    for booking_id in due.values_list("pk", flat=True)[:limit]:
        if _claim(booking_id):
            ended += _finished(booking_id) is not Released.KEPT
    return ended


def _finished(booking_id: int) -> Released:
    try:
        return finish_release(booking_id, cause=Cause(EXPIRY, Source.SCHEDULE))
    except Exception as error:  # one bad row must not keep the others
        logger.exception("a place could not be released", extra={"booking": booking_id})
        return _keep(booking_id, type(error).__name__)


def _claim(booking_id: int) -> bool:
    """One worker at a time; should it die, another goes on after WORK_TIME."""
    moment = clock.now()
    due = Booking.objects.filter(pk=booking_id, release_due_at__lte=moment)
    return bool(due.update(release_due_at=moment + WORK_TIME))
