"""Ten members of staff refund the same payment at once: never more than was paid, and one form refunds once."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from payments.domain.refunds import request
from payments.domain.refunds.request import request_refund
from payments.enums import RefundReason
from payments.errors import RefundError
from payments.models import Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

BY = Actor.system(SystemActor.SETTLEMENT)
PEOPLE = 10
pytestmark = pytest.mark.django_db(transaction=True)


def race(payment: Payment, amount: int, token: Callable[[], uuid.UUID]) -> list[str]:
    """What each of ten who ask at once is told."""
    together = Barrier(PEOPLE)

    def attempt(_: int) -> str:
        together.wait(30)
        try:
            request_refund(
                payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF), token=token()
            )
        except RefundError:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(PEOPLE) as pool:
        return sorted(pool.map(attempt, range(PEOPLE)))


def test_never_more_than_was_paid(stripe: FakeGateway) -> None:
    paid = pay(BookingFactory(), stripe)  # £11.25
    assert race(paid, 300, uuid.uuid4) == ["refused"] * 7 + ["taken"] * 3
    paid.refresh_from_db()
    assert (paid.pending_refund_amount, paid.refundable_amount) == (900, 225)


def test_one_form_refunds_once(stripe: FakeGateway) -> None:
    paid, token = pay(BookingFactory(), stripe), uuid.uuid4()
    assert race(paid, 300, lambda: token) == ["taken"] * 10
    assert list(Refund.objects.values_list("amount", flat=True)) == [300]


def test_without_the_lock_the_same_race_takes_too_much(stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    def unlocked(payment_id: int) -> Payment:
        """What a careless refund does: look, wait a moment, then write."""
        payment = Payment.objects.select_related("booking").get(pk=payment_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
        return payment

    paid = pay(BookingFactory(), stripe)
    monkeypatch.setattr(request, "locked", unlocked)
    monkeypatch.setattr(request, "derive", lambda *args, **kwargs: None)
    assert race(paid, 300, uuid.uuid4).count("taken") > 3
