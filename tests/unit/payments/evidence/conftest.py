"""A dispute to answer."""

from datetime import timedelta

import pytest

from payments.domain.disputes import apply_dispute
from payments.gateway.base import DisputeResult
from payments.models import Dispute
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import cause, pay


@pytest.fixture
def dispute(booking: Booking, stripe: FakeGateway) -> Dispute:
    """£11.25, to answer within nine days, known here and at Stripe."""
    payment = pay(booking, stripe)
    result = DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="needs_response",
        reason="product_not_received", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=9), settlement_currency="GBP",
        settlement_amount=1125, fee_amount=1500, movements=1,
    )  # fmt: skip
    stripe.disputes["dp_1"] = result
    apply_dispute(result, cause())
    return Dispute.objects.select_related("payment__booking__session__service").get()
