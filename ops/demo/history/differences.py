"""Differences between ledger and Stripe that the demo is seeded with, so that a comparison finds something.

All are older than the nightly comparison looks back, and than Stripe keeps events: only "Compare with Stripe now" finds
them. Four are webhooks that were lost, and it heals them. Four are for finance to decide about, and stay open.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from portal.bookings.enums import BookingStatus

if TYPE_CHECKING:
    from ops.demo.history.pay import Paid

OLDEST: Final = timedelta(days=120)
YOUNGEST: Final = timedelta(days=50)


class Planted(StrEnum):
    """What differs about a payment."""

    LOST_PAYMENT = "the webhook of its success was lost: unpaid here, paid at Stripe"
    LOST_REFUND = "half of it was refunded in Stripe's dashboard, and the webhook was lost"
    LOST_DISPUTE = "it was disputed and lost, and no webhook said so"
    LOST_FEE = "the webhook with its fee was lost"
    OTHER_AMOUNT = "Stripe took another amount"
    CHARGED_TWICE = "a second charge for the same payment"
    GONE = "Stripe knows nothing of it"


UNKNOWN_CHARGE: Final = 4_200  # minor units, taken in Stripe's dashboard: no payment of ours


def plant(payments: Sequence["Paid"], moment: datetime) -> None:
    """Choose a payment for each difference, always the same ones: old enough, attended and never refunded."""
    fit = [
        one
        for one in payments
        if one.by_stripe
        and one.paid_at is not None
        and moment - OLDEST < one.paid_at < moment - YOUNGEST
        and one.story.booking.status == BookingStatus.COMPLETED
    ]
    for number, difference in enumerate(Planted):
        fit[number * len(fit) // len(Planted)].planted = difference
