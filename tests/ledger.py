"""The ledger's states, reached the way they are reached for real."""

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.models import Payment
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import Booking
from portal.common import clock
from tests.fakes import FakeGateway


def pay(booking: Booking, stripe: FakeGateway) -> Payment:
    """The booking's deposit, paid."""
    payment = open_checkout(booking).payment
    settlement = Actor.system(SystemActor.SETTLEMENT)
    apply_intent(
        stripe.pay(str(payment.intent_id)), Cause(settlement, Source.WEBHOOK, clock.now(), f"evt_{payment.pk}")
    )
    return Payment.objects.get(pk=payment.pk)


def cause(event_id: str = "evt_1") -> Cause:
    """A webhook that arrives now."""
    return Cause(Actor.stripe(event_id), Source.WEBHOOK, clock.now(), event_id)
