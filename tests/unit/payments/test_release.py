"""A place is released only after Stripe cannot charge for it any more."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from payments.domain import release
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.release import close_stray_payments, expire_holds
from payments.enums import Applied, PaymentStatus
from payments.gateway.base import GatewayFailed, GatewayMisconfigured, GatewayRefused, GatewayUnreachable, Intent
from payments.models import Discrepancy, Payment
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.holds import extend_hold
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import HoldNotExtendable
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db


def after(minutes: float) -> "time_machine.travel":
    return time_machine.travel(clock.now() + timedelta(minutes=minutes))


def state(booking: Booking) -> tuple[str, str, int]:
    """Booking, its payment, and places held in the session."""
    booking.refresh_from_db()
    payment = Payment.objects.get(booking=booking)
    return booking.status, payment.status, Session.objects.get(pk=booking.session_id).held


def test_a_hold_that_is_over_is_released_after_its_intent_is_cancelled(booking: Booking, stripe: FakeGateway) -> None:
    open_checkout(booking)
    with after(31):
        assert expire_holds() == 1
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)
    assert stripe.calls[-1] == "cancel_intent"
    assert list(Notification.objects.values_list("template", flat=True)) == ["booking_expired"]


def test_a_hold_that_runs_is_kept(booking: Booking, stripe: FakeGateway) -> None:
    with after(29):
        assert expire_holds() == 0
    assert state(booking)[0] == BookingStatus.AWAITING_DEPOSIT


def test_a_payment_never_issued_is_cancelled_without_asking_stripe(booking: Booking, stripe: FakeGateway) -> None:
    with after(31):
        expire_holds()
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)
    assert stripe.calls == []


def test_a_payment_that_stripe_refused_to_make_gives_its_place_back(booking: Booking, stripe: FakeGateway) -> None:
    refusals = [GatewayRefused("amount_too_small") for _ in range(2)]
    stripe.fail_next = refusals  # type: ignore[assignment]
    with pytest.raises(GatewayRefused):
        open_checkout(booking)
    with after(31):
        assert expire_holds() == 1
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)


def test_a_wrong_key_of_ours_keeps_the_place(booking: Booking, stripe: FakeGateway) -> None:
    stripe.lose_next = 1
    with pytest.raises(GatewayUnreachable):
        open_checkout(booking)
    stripe.fail_next = [GatewayMisconfigured("AuthenticationError")]
    with after(31):
        assert expire_holds() == 0
    assert state(booking)[0] == BookingStatus.AWAITING_DEPOSIT


def test_a_payment_that_succeeded_meanwhile_is_adopted(booking: Booking, stripe: FakeGateway) -> None:
    stripe.pay(str(open_checkout(booking).payment.intent_id))
    with after(31):
        expire_holds()
    assert state(booking) == (BookingStatus.CONFIRMED, PaymentStatus.SUCCEEDED, 1)


def test_a_payment_being_processed_keeps_the_place_until_it_ends(booking: Booking, stripe: FakeGateway) -> None:
    intent_id = str(open_checkout(booking).payment.intent_id)
    stripe.set(intent_id, status="processing")
    with after(31):
        assert expire_holds() == 0
    assert state(booking) == (BookingStatus.AWAITING_DEPOSIT, PaymentStatus.PROCESSING, 1)
    stripe.set(intent_id, status="requires_payment_method")
    with after(60):
        assert expire_holds() == 1
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)


def test_an_unreachable_stripe_keeps_the_place_and_closes_checkout(booking: Booking, stripe: FakeGateway) -> None:
    open_checkout(booking)
    stripe.fail_next = [GatewayUnreachable("timeout")]
    with after(31):
        assert expire_holds() == 0
        assert state(booking) == (BookingStatus.AWAITING_DEPOSIT, PaymentStatus.PENDING, 1)
        with pytest.raises(CheckoutClosed):
            open_checkout(booking)
    with after(40):
        assert expire_holds() == 1
    assert state(booking)[0] == BookingStatus.EXPIRED


def test_an_intent_whose_reply_was_lost_is_found_by_its_key_and_cancelled(
    booking: Booking, stripe: FakeGateway
) -> None:
    stripe.lose_next = 1
    with pytest.raises(GatewayUnreachable):
        open_checkout(booking)
    with after(31):
        assert expire_holds() == 1
    assert [intent.status for intent in stripe.intents.values()] == ["canceled"]
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)


def test_a_failure_that_stripe_keeps_with_the_key_stops_neither_paying_nor_releasing(
    booking: Booking, stripe: FakeGateway
) -> None:
    stripe.fail_keys_next = 1
    with pytest.raises(GatewayFailed):
        open_checkout(booking)
    assert open_checkout(booking).intent.status == "requires_payment_method"

    stripe.fail_keys_next = 1
    other = BookingFactory()
    with pytest.raises(GatewayFailed):
        open_checkout(other)
    with after(31):
        assert expire_holds() == 2
    assert state(other) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)


def test_a_hold_is_extended_once(booking: Booking, stripe: FakeGateway) -> None:
    by = Actor.user(booking.caregiver.user)
    before = booking.hold_expires_at
    assert before is not None
    extended = extend_hold(booking.pk, cause=Cause(by, Source.CAREGIVER))
    assert extended.hold_expires_at == before + timedelta(minutes=30)
    with pytest.raises(HoldNotExtendable):
        extend_hold(booking.pk, cause=Cause(by, Source.CAREGIVER))
    with after(31):
        assert expire_holds() == 0
    with after(61):
        assert expire_holds() == 1


def test_an_intent_that_stripe_does_not_have_frees_the_place_and_is_shown(
    booking: Booking, stripe: FakeGateway
) -> None:
    intent_id = open_checkout(booking).intent.id
    del stripe.intents[intent_id]
    with after(31):
        assert expire_holds() == 1
    assert state(booking) == (BookingStatus.EXPIRED, PaymentStatus.CANCELLED, 0)
    assert Discrepancy.objects.values_list("kind", "stripe_object_id").get() == ("missing_at_stripe", intent_id)


def test_one_that_breaks_keeps_no_other_place(
    booking: Booking, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, real = BookingFactory(), release.apply_intent  # type: ignore[attr-defined]

    def breaks(intent: Intent, cause: Cause) -> Applied:
        if intent.metadata["booking_reference"] == broken.reference:
            raise RuntimeError
        return real(intent, cause)

    for one in (booking, broken):
        open_checkout(one)
    monkeypatch.setattr(release, "apply_intent", breaks)
    with after(31):
        assert expire_holds() == 1
    assert [state(one) for one in (booking, broken)] == [
        ("expired", "cancelled", 0),
        ("awaiting_deposit", "pending", 1),
    ]
    Booking.objects.update(status=BookingStatus.EXPIRED)
    Payment.objects.update(status=PaymentStatus.PENDING)
    with after(60):
        assert close_stray_payments() == 1
    assert [state(one)[1] for one in (booking, broken)] == ["cancelled", "pending"]


def test_those_that_stripe_does_not_let_go_of_keep_no_other_waiting(
    booking: Booking, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept_intent, later = open_checkout(booking).intent.id, BookingFactory()
    open_checkout(later)
    Booking.objects.update(status=BookingStatus.EXPIRED)
    real = stripe.cancel_intent

    def refuses(intent_id: str) -> Intent:
        if intent_id == kept_intent:
            raise GatewayUnreachable("timeout")
        return real(intent_id)

    monkeypatch.setattr(stripe, "cancel_intent", refuses)
    with after(60):
        assert [close_stray_payments(limit=1) for _ in range(2)] == [0, 1]
    assert [state(one)[1] for one in (booking, later)] == ["pending", "cancelled"]


def test_strays_are_read_in_order_from_the_index_of_unpaid_payments(booking: Booking) -> None:
    with CaptureQueriesContext(connection) as queries:
        close_stray_payments()
    statement = queries[0]["sql"]
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "payment_unpaid_by_close_tried" in plan
    assert "Sort" not in plan
