"""From a booking to an intent that can be paid: the rows first, the call outside any transaction, then recorded.

However often the page is opened, in however many tabs, a booking and purpose has one live payment and one intent.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from payments.domain import notify
from payments.domain.intent_sync import apply_intent
from payments.domain.payable import is_payable
from payments.domain.pricing import amount_for
from payments.enums import PaymentStatus, Purpose
from payments.gateway import gateway
from payments.gateway.base import GatewayFailed, GatewayRefused, Intent
from payments.models import Payment
from payments.models.payment import new_idempotency_key
from portal.audit.actor import Actor, Cause, Source
from portal.audit.domain import record
from portal.bookings.domain.reserve import reserve
from portal.bookings.domain.transitions import locked as locked_booking
from portal.bookings.domain.transitions import transition as transition_booking
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock

ADDRESS_REFUSED: Final = "email_invalid"  # Stripe's own code
CAN_BE_PAID: Final = frozenset({"requires_payment_method", "requires_confirmation", "requires_action"})


class CheckoutClosed(Exception):
    """Nothing can be paid for this purpose now: paid, released, being released, or its time is over."""


class CheckoutState(StrEnum):
    """What the payment page shows; its templates and its script read the value."""

    READY = "ready"
    PROCESSING = "processing"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    BEGUN = "begun"  # a balance is paid before its session begins
    RELEASED = "released"  # the time to pay ended while the page was opened
    REFUSED = "refused"  # Stripe takes no payment with these details
    UNAVAILABLE = "unavailable"  # Stripe did not answer
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment and its intent, ready for the payment page."""

    payment: Payment
    intent: Intent


@transaction.atomic
def book(
    *,
    session: Session,
    caregiver: Caregiver,
    care_recipient: CareRecipient,
    cause: Cause,
    notes: str = "",
    token: UUID | None = None,
    hold_minutes: int | None = None,
    accepted: Collection[str] = (),
) -> Booking:
    """Hold a place and write its payment; no deposit to pay confirms at once. Raises a BookingError subclass.

    `hold_minutes` is the service's own when it is None; `accepted` as in `reserve`.
    """
    booking = reserve(
        session=session,
        caregiver=caregiver,
        care_recipient=care_recipient,
        cause=cause,
        notes=notes,
        token=token,
        hold_minutes=hold_minutes,
        accepted=accepted,
    )
    if booking.status != BookingStatus.AWAITING_DEPOSIT:
        return booking
    if booking.deposit_amount:
        _live_payment(booking, Purpose.DEPOSIT, Actor.user(caregiver.user))
        return booking
    booking = transition_booking(booking.pk, to=BookingStatus.CONFIRMED, cause=cause, reason="no_deposit")
    notify.booking_confirmed(booking)
    return booking


def open_checkout(booking: Booking, purpose: Purpose = Purpose.DEPOSIT, *, opened_by: Actor | None = None) -> Checkout:
    """The booking's live payment for `purpose` with its intent, created at Stripe if need be.

    `opened_by` is the caregiver unless it is given. Safe to repeat: one payment, one intent and one idempotency key
    however often it is called. Raises CheckoutClosed, or a GatewayError subclass with nothing lost: the next call
    continues from here.
    """
    by = opened_by or Actor.user(booking.caregiver.user)
    checkout = _issue(booking.pk, purpose, by)
    if checkout.payment.status == PaymentStatus.CANCELLED:  # cancelled at Stripe meanwhile: a new one, once
        checkout = _issue(booking.pk, purpose, by)
    return checkout


def _issue(booking_id: int, purpose: Purpose, by: Actor) -> Checkout:
    payment = _claim_payment(booking_id, purpose, by)
    as_of = clock.now()
    known = payment.intent_id
    intent = create_intent(payment, by) if known is None else _known_intent(payment, known, by)
    apply_intent(intent, Cause(by, Source.RETURN_PAGE, as_of))
    payment.refresh_from_db()
    return Checkout(payment, intent)


def _known_intent(payment: Payment, intent_id: str, by: Actor) -> Intent:
    """As it is now. While it can be paid, Stripe's receipt follows the account to a new address.

    Stripe's own address is compared, for an earlier run may have died before it wrote the row.
    """
    intent = gateway().retrieve_intent(intent_id)
    address = payment.booking.caregiver.user.email
    if not payment.receipt_email or intent.status not in CAN_BE_PAID:  # empty: Stripe refused it
        return intent
    if intent.receipt_email != address:
        try:
            intent = gateway().update_receipt_email(intent_id, address)
        except GatewayRefused as error:
            if error.code != ADDRESS_REFUSED:
                raise
            intent = gateway().update_receipt_email(intent_id, "")
            _leave_out_address(payment, by)
            return intent
    if payment.receipt_email != address:
        Payment.objects.filter(pk=payment.pk).update(receipt_email=address)
    return intent


def create_intent(payment: Payment, by: Actor) -> Intent:
    """Ask Stripe for the payment's intent; asked again with the same key, it gives the same intent.

    Stripe keeps a failure (500) with the key: the next request has a new one. Should the intent exist all the same,
    nobody can pay it: its client secret was never told.
    """
    try:
        return _ask_for_intent(payment)
    except GatewayFailed:
        _renew_key(payment)
        raise
    except GatewayRefused as error:
        if error.code != ADDRESS_REFUSED or not payment.receipt_email:
            raise
        _leave_out_address(payment, by)
        return _ask_for_intent(payment)


def _ask_for_intent(payment: Payment) -> Intent:
    return gateway().create_deposit_intent(
        payment.booking,
        payment.amount,
        payment_id=payment.pk,
        idempotency_key=payment.idempotency_key,
        receipt_email=payment.receipt_email,
    )


def _renew_key(payment: Payment) -> None:
    """The next request is a new one to Stripe; nothing changes once the intent is known."""
    unknown = Payment.objects.filter(pk=payment.pk, idempotency_key=payment.idempotency_key, intent_id__isnull=True)
    unknown.update(idempotency_key=new_idempotency_key())
    payment.refresh_from_db(fields=["idempotency_key"])


@transaction.atomic
def _leave_out_address(payment: Payment, by: Actor) -> None:
    """An address that Stripe does not take must not stop a payment: the portal's own receipt goes by other means."""
    _renew_key(payment)
    Payment.objects.filter(pk=payment.pk).update(receipt_email="")
    payment.receipt_email = ""
    record(
        "payment.receipt_address_refused", payment, cause=Cause(by, Source.CAREGIVER), data={"code": ADDRESS_REFUSED}
    )


@transaction.atomic
def _claim_payment(booking_id: int, purpose: Purpose, by: Actor) -> Payment:
    """The live payment, marked as about to be issued; never while the place is being released."""
    booking = locked_booking(booking_id)
    if not is_payable(booking, purpose):
        raise CheckoutClosed
    payment = _live_payment(booking, purpose, by)
    if payment.create_requested_at is None:
        payment.create_requested_at = clock.now()
        payment.receipt_email = booking.caregiver.user.email  # it may have changed since the booking was made
        payment.save(update_fields=["create_requested_at", "receipt_email", "updated_at"])
    return payment


def _live_payment(booking: Booking, purpose: Purpose, by: Actor) -> Payment:
    """The booking's live payment for `purpose`; written, amount from the snapshot, when there is none."""
    payment = booking.payments.live().filter(purpose=purpose).first()
    if payment is not None:
        payment.booking = booking
        return payment
    payment = Payment.objects.create(
        booking=booking,
        purpose=purpose,
        amount=amount_for(booking, purpose),
        currency=booking.currency,
        receipt_email=booking.caregiver.user.email,
        metadata={"booking_reference": booking.reference},
    )
    record(
        "payment.written",
        payment,
        cause=Cause(by, Source.CAREGIVER),
        data={"purpose": purpose.value, "amount": payment.amount},
    )
    return payment


def check_once(payment: Payment, *, opened_by: Actor | None = None, not_within_seconds: int = 10) -> None:
    """The return page's own look at Stripe, when the webhook is slow; at most one in `not_within_seconds`."""
    moment = clock.now()
    recently = moment - timedelta(seconds=not_within_seconds)
    free = Q(return_checked_at__isnull=True) | Q(return_checked_at__lt=recently)
    if not Payment.objects.filter(free, pk=payment.pk).update(return_checked_at=moment) or payment.intent_id is None:
        return
    intent = gateway().retrieve_intent(payment.intent_id)
    by = opened_by or Actor.user(payment.booking.caregiver.user)
    apply_intent(intent, Cause(by, Source.RETURN_PAGE, moment))
