"""Each rule of the ledger, broken on purpose behind the domain's back, is found; a sound ledger breaks none."""

import json
from collections.abc import Callable
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from payments.domain.cancellation import cancel
from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import record_discrepancy
from payments.domain.intent_sync import apply_intent
from payments.domain.invariants import INVARIANTS, violations
from payments.domain.invariants.check import check_invariants
from payments.enums import DiscrepancyKind
from payments.models import Payment
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.domain.seal import seal_committed
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking, BookingTransition, Session
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
Break = Callable[[Booking], object]


@pytest.fixture(autouse=True)
def _own_heads(settings: Settings, tmp_path: Path) -> None:
    settings.AUDIT_HEADS_FILE = tmp_path / "heads.jsonl"


@pytest.fixture
def paid(booking: Booking, stripe: FakeGateway) -> Booking:
    """A booking whose deposit was paid, beside one that awaits it and one that was cancelled after paying."""
    for _ in range(2):
        _pay(BookingFactory(), stripe)
    gone = _pay(BookingFactory(), stripe)
    cancel(gone, cause=Cause(Actor.user(gone.caregiver.user), Source.CAREGIVER))
    BookingFactory()
    return _pay(booking, stripe)


def _pay(booking: Booking, stripe: FakeGateway) -> Booking:
    intent_id = str(open_checkout(booking).payment.intent_id)
    apply_intent(stripe.pay(intent_id), Cause(BY, Source.WEBHOOK, clock.now()))
    return Booking.objects.get(pk=booking.pk)


def broken() -> set[str]:
    return {violation.invariant for violation in violations(INVARIANTS)}


def _payments(booking: Booking, **fields: object) -> None:
    Payment.objects.filter(booking=booking).update(**fields)


def _delete_audit(booking: Booking) -> None:
    AuditEvent.objects.filter(
        object_type="bookings.booking", object_id=str(booking.pk), action="booking.moved"
    )._raw_delete("default")


def _forget_transitions(booking: Booking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM bookings_bookingtransition WHERE booking_id = %s", [booking.pk])


def _second_live_payment(booking: Booking) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_live_payment_per_purpose")
    Payment.objects.create(booking=booking, purpose="deposit", amount=1125, currency="GBP", intent_id=f"pi_{next(_N)}")


_N = count()


def test_a_sound_ledger_breaks_no_rule(paid: Booking) -> None:
    assert violations(INVARIANTS) == []


@pytest.mark.parametrize(
    ("harm", "rules"),
    [
        (
            lambda b: _payments(b, refunded_amount=5),
            {"refunds_add_up", "status_tells_the_money", "receipts_are_complete"},
        ),
        (lambda b: _payments(b, pending_refund_amount=5), {"refunds_add_up"}),
        (lambda b: _payments(b, captured_amount=1), {"status_tells_the_money"}),
        (lambda b: _payments(b, status="refunded"), {"status_tells_the_money", "status_has_its_transition"}),
        (
            lambda b: _payments(b, status="cancelled", captured_amount=0),
            {"confirmed_has_its_money", "status_has_its_transition"},
        ),
        (
            lambda b: Booking.objects.filter(pk=b.pk).update(status="awaiting_deposit"),
            {"money_has_a_place", "status_has_its_transition"},
        ),
        (
            lambda b: Booking.objects.filter(pk=b.pk).update(status="expired"),
            {"money_has_a_place", "held_is_counted", "status_has_its_transition"},
        ),
        (_second_live_payment, {"one_live_payment"}),
        (lambda b: Session.objects.filter(pk=b.session_id).update(held=0), {"held_is_counted"}),
        (_delete_audit, {"every_change_is_audited"}),
        (_forget_transitions, {"status_has_its_transition", "every_change_is_audited"}),
    ],
)
def test_a_rule_that_is_broken_behind_the_domains_back_is_found(paid: Booking, harm: Break, rules: set[str]) -> None:
    harm(paid)
    assert broken() == rules


def test_an_oversold_session_is_found(paid: Booking) -> None:
    find = "SELECT conname FROM pg_constraint WHERE conrelid = 'bookings_session'::regclass AND contype = 'c'"
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(find)
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE bookings_session DROP CONSTRAINT "{name}"')
    Session.objects.filter(pk=paid.session_id).update(capacity=0)
    assert broken() == {"capacity_kept"}


def test_an_altered_audit_row_is_found(paid: Booking) -> None:
    seal_committed()
    AuditEvent.objects.filter(object_id=str(paid.pk), action="booking.moved").update(action="booking.made")
    assert "audit_chain_verifies" in broken()


def test_money_that_finance_knows_of_breaks_no_rule(paid: Booking) -> None:
    Booking.objects.filter(pk=paid.pk).update(status="awaiting_deposit")
    BookingTransition.objects.create(booking=paid, to_status="awaiting_deposit", actor_kind="system", source="staff")
    assert "money_has_a_place" in broken()
    payment = Payment.objects.get(booking=paid)
    record_discrepancy(
        DiscrepancyKind.STATUS_DIFFERS, stripe_object_id="pi_x", cause=Cause(BY, Source.STAFF), payment=payment
    )
    assert "money_has_a_place" not in broken()


def test_the_command_reports_and_exits_with_what_it_finds(paid: Booking) -> None:
    out = StringIO()
    call_command("check_invariants", "--json", stdout=out)
    assert json.loads(out.getvalue())["violations"] == []
    _payments(paid, captured_amount=1)
    out = StringIO()
    with pytest.raises(CommandError, match="1 violations"):
        call_command("check_invariants", "--json", stdout=out)
    (found,) = json.loads(out.getvalue())["violations"]
    assert found["invariant"] == "status_tells_the_money"


def test_the_hourly_check_feeds_the_metric(paid: Booking) -> None:
    from payments.metrics import _violations

    Session.objects.filter(pk=paid.session_id).update(held=0)
    assert check_invariants() == 1
    rows = {labels[0]: value for labels, value in _violations()}
    assert rows == {invariant.name: int(invariant.name == "held_is_counted") for invariant in INVARIANTS}
