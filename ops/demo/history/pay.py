"""The payments of the stories, made at Stripe at their time; the rows are told what Stripe answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ops.demo.history.differences import UNKNOWN_CHARGE, Planted
from ops.demo.history.past import Json, PastStripe
from ops.demo.history.plan import Story
from payments.domain.disputes import COPIED
from payments.enums import Method, Purpose
from payments.gateway.stripe_objects import charge_from, dispute_from, intent_from, refund_from
from payments.models import Dispute, Payment, Refund
from portal.bookings.enums import BookingStatus

CARDS: Final = ("visa", "mastercard", "visa_debit", "gb", "amex", "visa", "gb_debit", "ie")
DECLINING: Final = {
    "insufficient_funds": "chargeDeclinedInsufficientFunds",
    "generic_decline": "chargeDeclined",
    "expired_card": "chargeDeclinedExpiredCard",
    "incorrect_cvc": "chargeDeclinedIncorrectCvc",
}
LEARNT: Final = (
    "intent_id charge_id balance_transaction_id fee_amount settlement_currency disputed_amount receipt_url"
).split()
NOWHERE: Final = "{}_3NotKnownToThisAccount0000"
# Days ago that it was opened; how it was closed and after how many days, or None; whether it is an inquiry.
DISPUTES: Final = (
    (130, ("won", 41), False),
    (95, ("lost", 36), False),
    (70, ("won", 12), True),
    (4, None, False),
    (2, None, True),
)


@dataclass(slots=True)
class Decline:
    """An attempt that the bank refused, as Stripe tells it."""

    at: datetime
    code: str
    decline_code: str
    charge_id: str


@dataclass(slots=True)
class Paid:
    """A row of the ledger and what it stands for: `paid_at` is the truth, whatever the row was told."""

    story: Story
    payment: Payment
    paid_at: datetime | None
    planted: Planted | None = None
    refund: Refund | None = None
    declines: list[Decline] = field(default_factory=list)

    @property
    def by_stripe(self) -> bool:
        return self.payment.method == Method.STRIPE


def pay_all(payments: Sequence[Paid], stripe: PastStripe, moment: datetime) -> list[Dispute]:
    """Pay, refund and dispute; returns the rows of the disputes that were heard of."""
    for number, one in enumerate(payments):
        if one.by_stripe:
            _pay(one, stripe, CARDS[number % len(CARDS)])
    _charge_unknown(payments, stripe)
    return list(_dispute(payments, stripe, moment))


def _pay(one: Paid, stripe: PastStripe, card: str) -> None:
    payment, opened_at = one.payment, one.payment.create_requested_at
    assert opened_at is not None  # every payment of the history was issued
    if one.planted == Planted.GONE:
        payment.intent_id, payment.charge_id = NOWHERE.format("pi"), NOWHERE.format("ch")
        payment.balance_transaction_id, payment.fee_amount = NOWHERE.format("txn"), 0
        return
    intent = _intent(one, stripe, opened_at)
    payment.intent_id = intent["id"]
    if payment.purpose == Purpose.DEPOSIT:
        one.declines = [_declined(at, reason, stripe, intent["id"]) for at, reason in one.story.declines]
    if one.paid_at is None:
        stripe.cancel_intent(one.story.over_at, intent["id"])
        return
    charge_id = stripe.confirm_intent(one.paid_at, intent["id"], card)["latest_charge"]
    if one.planted != Planted.LOST_PAYMENT:
        _remember(payment, stripe.charge(charge_id), with_fee=one.planted != Planted.LOST_FEE)
    _go_back(one, stripe, charge_id)


def _intent(one: Paid, stripe: PastStripe, at: datetime) -> Json:
    reference = one.story.booking.reference
    extra = 500 if one.planted == Planted.OTHER_AMOUNT else 0
    return stripe.create_intent(
        at,
        one.payment.amount + extra,
        one.payment.currency,
        description=f"Booking {reference}",
        metadata={"payment_id": str(one.payment.pk), "booking_reference": reference},
        receipt_email=one.payment.receipt_email,
    )


def _declined(at: datetime, reason: str, stripe: PastStripe, intent_id: str) -> Decline:
    error = intent_from(stripe.confirm_intent(at, intent_id, DECLINING[reason])).last_error
    assert error is not None  # these cards decline
    return Decline(at, error.code, error.decline_code, error.charge_id)


def _remember(payment: Payment, data: Json, *, with_fee: bool) -> None:
    charge = charge_from(data)
    payment.charge_id, payment.receipt_url = charge.id, charge.receipt_url
    if with_fee:
        payment.balance_transaction_id, payment.fee_amount = charge.balance_transaction_id, charge.fee_amount
        payment.settlement_currency = charge.settlement_currency


def _go_back(one: Paid, stripe: PastStripe, charge_id: str) -> None:
    """What came back: a cancellation's refund, or what was planted."""
    assert one.paid_at is not None
    later = one.paid_at + timedelta(days=3)
    if one.refund is not None:
        told = refund_from(
            stripe.refund(one.story.over_at, charge_id, one.refund.amount, {"refund_id": str(one.refund.pk)})
        )
        one.refund.stripe_refund_id, one.refund.balance_transaction_id = told.id, told.balance_transaction_id
    match one.planted:
        case Planted.LOST_REFUND:
            stripe.refund(later, charge_id, one.payment.amount // 2, {})
        case Planted.LOST_DISPUTE:
            opened = stripe.open_dispute(later, charge_id, "fraudulent")
            stripe.close_dispute(later + timedelta(days=10), opened["id"], "lost")
        case Planted.CHARGED_TWICE:
            again = one.paid_at + timedelta(minutes=2)
            stripe.confirm_intent(again, _intent(one, stripe, again)["id"], "visa")


def _charge_unknown(payments: Iterable[Paid], stripe: PastStripe) -> None:
    """Somebody took a card by hand in Stripe's dashboard, the moment that another payment was planted."""
    beside = next(one for one in payments if one.planted == Planted.GONE)
    assert beside.paid_at is not None
    made = stripe.create_intent(beside.paid_at, UNKNOWN_CHARGE, beside.payment.currency, description="By phone")
    stripe.confirm_intent(beside.paid_at, made["id"], "visa")


def _dispute(payments: Sequence[Paid], stripe: PastStripe, moment: datetime) -> Iterable[Dispute]:
    """Disputes that the ledger knows of, as much as Stripe does; each of a deposit paid a week before or so."""
    free = [one for one in payments if one.by_stripe and one.paid_at and not one.planted and not one.refund]
    free = [one for one in free if not one.story.of_an_account]
    attended = [one for one in free if one.story.booking.status == BookingStatus.COMPLETED]
    deposits = [one for one in attended if one.payment.purpose == Purpose.DEPOSIT]
    for days, closed, inquiry in DISPUTES:
        at = moment - timedelta(days=days)
        paid = max((one for one in deposits if _paid_before(one, at)), key=_paid_at)
        deposits.remove(paid)
        told = stripe.open_dispute(at, paid.payment.charge_id, "fraudulent", inquiry=inquiry)
        if closed is not None:
            told = stripe.close_dispute(at + timedelta(days=closed[1]), told["id"], closed[0])
        result = dispute_from(told)
        paid.payment.disputed_amount = max(0, result.withdrawn_amount)
        yield Dispute(
            payment=paid.payment,
            stripe_dispute_id=result.id,
            opened_at=result.created_at,
            closed_at=at + timedelta(days=closed[1]) if closed else None,
            fetched_at=moment,
            **{name: getattr(result, name) for name in COPIED},
        )


def _paid_at(one: Paid) -> datetime:
    assert one.paid_at is not None
    return one.paid_at


def _paid_before(one: Paid, at: datetime) -> bool:
    return _paid_at(one) < at - timedelta(days=5)
