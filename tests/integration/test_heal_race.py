"""Two people of finance heal one difference at once: the ledger changes once, and both are told that it is gone."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import record_discrepancy
from payments.domain.reconciliation.resolve import resolve_one
from payments.enums import DiscrepancyKind, DiscrepancyStatus, PaymentStatus
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_is_healed_once_and_both_are_told(stripe: FakeGateway) -> None:
    payment = open_checkout(BookingFactory()).payment
    intent_id = str(payment.intent_id)
    stripe.pay(intent_id)
    people = [Actor.user(UserFactory()) for _ in range(2)]
    found = record_discrepancy(
        DiscrepancyKind.STATUS_DIFFERS,
        stripe_object_id=intent_id,
        cause=Cause(people[0], Source.STAFF),
        payment=payment,
        amount=payment.amount,
        currency=payment.currency,
        details={"intent": intent_id},
    )
    together = Barrier(len(people))

    def click(person: Actor) -> bool:
        together.wait(30)
        try:
            return resolve_one(found, cause=Cause(person, Source.STAFF))
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        assert list(pool.map(click, people)) == [True, True]
    payment.refresh_from_db()
    found.refresh_from_db()
    assert (payment.status, payment.captured_amount) == (PaymentStatus.SUCCEEDED, payment.amount)
    assert payment.booking.status == BookingStatus.CONFIRMED
    assert found.status == DiscrepancyStatus.HEALED
    assert payment.transitions.filter(to_status=PaymentStatus.SUCCEEDED).count() == 1
    assert AuditEvent.objects.filter(action="discrepancy.closed").count() == 1
