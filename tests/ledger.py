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
    cause = Cause(Actor.system(SystemActor.SETTLEMENT), Source.WEBHOOK, clock.now(), f"evt_{payment.pk}")
    apply_intent(stripe.pay(str(payment.intent_id)), cause)
    return Payment.objects.get(pk=payment.pk)
