"""What comes back when a booking is cancelled, and why: one answer for pages, emails, desk and refund."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from django.core import signing

from payments.domain.refunds.followups import DISPUTED, PAID_OUTSIDE, awaits_bank, charged_back, refund_blocker
from payments.enums import PaymentStatus, Purpose
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
    NOT_BY_CARD = "not_by_card"  # the bank has decided, and Stripe sends nothing more: staff return it


WAY_BY_OBSTACLE: Final = {"": Way.STRIPE, PAID_OUTSIDE: Way.BY_HAND, DISPUTED: Way.DISPUTED}


@dataclass(frozen=True, slots=True)
class RefundPart:
    """`amount` minor units of one payment."""

    payment: Payment
    amount: int
    way: Way


@dataclass(frozen=True, slots=True)
class RefundQuote:
    """Amounts in minor units of `currency`.

    `charged_back` is what the bank has returned already, `refunded` what earlier refunds have returned, `on_its_way`
    what they are returning, `processing` what has been paid and has not arrived.
    """

    terms: RefundTerms
    currency: str
    paid: int
    only_deposit: bool
    parts: tuple[RefundPart, ...]
    charged_back: int
    refunded: int
    on_its_way: int
    processing: int

    @property
    def amount(self) -> int:
        """What is promised: sent by Stripe, or given back by hand."""
        return self.by_stripe + self.by_hand + self.not_by_card

    @property
    def by_stripe(self) -> int:
        return self._sum(Way.STRIPE)

    @property
    def by_hand(self) -> int:
        return self._sum(Way.BY_HAND)

    @property
    def disputed(self) -> int:
        return self._sum(Way.DISPUTED)

    @property
    def not_by_card(self) -> int:
        return self._sum(Way.NOT_BY_CARD)

    def _sum(self, way: Way) -> int:
        return sum(part.amount for part in self.parts if part.way is way)


def quote(booking: Booking) -> RefundQuote:
    """What cancelling now would return: the terms' share of what was paid, less what went back by another way."""
    terms = refund_terms(booking, clock.now())
    payments = [payment for payment in booking.payments.all() if not payment.was_taken_back]
    paid = sum(payment.captured_amount for payment in payments)
    returned = {payment.pk: _returned_by_bank(payment) for payment in payments}
    due = max(0, paid * terms.percent // 100 - sum(returned.values()))
    return RefundQuote(
        terms=terms,
        currency=booking.currency,
        paid=paid,
        only_deposit=all(p.purpose == Purpose.DEPOSIT for p in payments if p.captured_amount),
        parts=_parts(payments, returned, due),
        charged_back=sum(returned.values()),
        refunded=sum(payment.refunded_amount for payment in payments),
        on_its_way=sum(payment.pending_refund_amount for payment in payments),
        processing=sum(p.amount for p in payments if p.status == PaymentStatus.PROCESSING),
    )


def _returned_by_bank(payment: Payment) -> int:
    return sum(dispute.withdrawn_amount for dispute in charged_back(payment)) if payment.disputed_amount else 0


def _parts(payments: list[Payment], returned: dict[int, int], due: int) -> tuple[RefundPart, ...]:
    """From the balance first, then from the deposit; of each what the card networks can send back."""
    parts = []
    for payment in sorted(payments, key=lambda payment: payment.purpose != Purpose.BALANCE):
        amount = min(due, payment.refundable_amount - returned[payment.pk])
        amount -= amount % smallest_step(payment.currency)
        if amount > 0:
            parts.append(RefundPart(payment, amount, _way(payment)))
            due -= amount
    return tuple(parts)


def _way(payment: Payment) -> Way:
    way = WAY_BY_OBSTACLE[refund_blocker(payment)]
    return Way.NOT_BY_CARD if way is Way.DISPUTED and not awaits_bank(payment) else way


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
