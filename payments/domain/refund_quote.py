"""What comes back when a booking is cancelled, and why: one answer for pages, emails, desk and refund."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.core import signing
from django.db.models import Sum

from payments.domain.refund_tasks import DISPUTED, PAID_OUTSIDE, obstacle
from payments.enums import DisputeStatus, PaymentStatus, Purpose
from payments.models import Payment
from portal.bookings.domain.policy import RefundTerms, refund_terms
from portal.bookings.models import Booking
from portal.common import clock
from portal.common.money import smallest_step

SALT: Final = "payments.refund_quote"


class Way(Enum):
    """How an amount comes back."""

    STRIPE = "stripe"
    BY_HAND = "by_hand"  # paid outside the portal: staff give it back
    DISPUTED = "disputed"  # the cardholder's bank decides first


WAY_BY_OBSTACLE: Final = {"": Way.STRIPE, PAID_OUTSIDE: Way.BY_HAND, DISPUTED: Way.DISPUTED}


@dataclass(frozen=True, slots=True)
class Part:
    """`amount` minor units of one payment."""

    payment: Payment
    amount: int
    way: Way


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """Amounts in minor units of `currency`.

    `charged_back` is what the bank has returned already, `on_its_way` what earlier refunds are returning, `processing`
    what has been paid and has not arrived.
    """

    terms: RefundTerms
    currency: str
    paid: int
    parts: tuple[Part, ...]
    charged_back: int
    on_its_way: int
    processing: int

    @property
    def amount(self) -> int:
        """What is promised: sent by Stripe, or given back by hand."""
        return self.by_stripe + self.by_hand

    @property
    def by_stripe(self) -> int:
        return self._sum(Way.STRIPE)

    @property
    def by_hand(self) -> int:
        return self._sum(Way.BY_HAND)

    @property
    def disputed(self) -> int:
        return self._sum(Way.DISPUTED)

    def _sum(self, way: Way) -> int:
        return sum(part.amount for part in self.parts if part.way is way)


def quote(booking: Booking) -> RefundQuote:
    """What cancelling now would return: the terms' share of what was paid, less what went back by another way."""
    terms = refund_terms(booking, clock.now())
    payments = [payment for payment in booking.payments.all() if not payment.was_taken_back]
    paid = sum(payment.captured_amount for payment in payments)
    charged_back = {payment.pk: _charged_back(payment) for payment in payments}
    due = paid * terms.percent // 100
    due -= due % smallest_step(booking.currency)  # what the card networks can send back
    return RefundQuote(
        terms=terms,
        currency=booking.currency,
        paid=paid,
        parts=_parts(payments, charged_back, max(0, due - sum(charged_back.values()))),
        charged_back=sum(charged_back.values()),
        on_its_way=sum(payment.pending_refund_amount for payment in payments),
        processing=sum(p.amount for p in payments if p.status == PaymentStatus.PROCESSING),
    )


def _charged_back(payment: Payment) -> int:
    """What the bank took for good. While a dispute is open, nobody knows who keeps the money."""
    if not payment.disputed_amount:
        return 0
    lost = payment.disputes.filter(status=DisputeStatus.LOST)
    return max(0, lost.aggregate(total=Sum("withdrawn_amount"))["total"] or 0)


def _parts(payments: list[Payment], charged_back: dict[int, int], due: int) -> tuple[Part, ...]:
    """From the balance first, then from the deposit."""
    parts = []
    for payment in sorted(payments, key=lambda payment: payment.purpose != Purpose.BALANCE):
        amount = min(due, payment.refundable_amount - charged_back[payment.pk])
        if amount > 0:
            parts.append(Part(payment, amount, WAY_BY_OBSTACLE[obstacle(payment)]))
            due -= amount
    return tuple(parts)


def signed(booking: Booking, amount: int) -> str:
    """The amount that a page showed, for its form to carry."""
    return signing.dumps([booking.reference, amount], salt=SALT)


def read_signed(booking: Booking, value: str) -> int | None:
    """The amount that was shown for `booking`; None for anything that no page of ours carried."""
    try:
        reference, amount = signing.loads(value, salt=SALT)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return int(amount) if reference == booking.reference else None
