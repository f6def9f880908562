"""A booking changes state along the declared edges only, and a place goes with it."""

from typing import Any

import pytest

from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import SessionFull, SessionNotBookable, TransitionNotAllowed
from portal.bookings.models import Booking, BookingTransition, Session
from tests.factories import BookingFactory, SessionFactory

pytestmark = pytest.mark.django_db
S = BookingStatus
BY: dict[str, Any] = {"cause": Cause(Actor.stripe("evt_1"), Source.WEBHOOK, external_id="evt_1")}

# Written out here as the product's rule: (from, to) -> places held afterwards, of one held before or none.
EDGES = {
    (S.AWAITING_DEPOSIT, S.CONFIRMED): 1,
    (S.AWAITING_DEPOSIT, S.EXPIRED): 0,
    (S.AWAITING_DEPOSIT, S.CANCELLED): 0,
    (S.CONFIRMED, S.COMPLETED): 1,
    (S.CONFIRMED, S.NO_SHOW): 1,
    (S.CONFIRMED, S.CANCELLED): 0,
    (S.COMPLETED, S.NO_SHOW): 1,
    (S.COMPLETED, S.CONFIRMED): 1,
    (S.NO_SHOW, S.COMPLETED): 1,
    (S.NO_SHOW, S.CONFIRMED): 1,
    (S.EXPIRED, S.CONFIRMED): 1,
}
REFUSED = [(a, b) for a in S for b in S if (a, b) not in EDGES]
HOLDING = {S.AWAITING_DEPOSIT, S.CONFIRMED, S.COMPLETED, S.NO_SHOW}


def in_state(status: BookingStatus) -> Booking:
    """A booking put there without its history."""
    booking = BookingFactory()
    Booking.objects.filter(pk=booking.pk).update(status=status)
    Session.objects.filter(pk=booking.session_id).update(held=1 if status in HOLDING else 0)
    return booking


def held(booking: Booking) -> int:
    return Session.objects.get(pk=booking.session_id).held


@pytest.mark.parametrize(("before", "after"), EDGES, ids=lambda s: s.value)
def test_each_declared_edge_is_taken_with_its_place_transition_and_audit_row(
    before: BookingStatus, after: BookingStatus
) -> None:
    booking = in_state(before)
    moved = transition(booking.pk, to=after, reason="why", **BY)
    booking.refresh_from_db()
    assert (moved.status, booking.status, held(booking)) == (after, after, EDGES[before, after])
    row = BookingTransition.objects.filter(booking=booking).latest("pk")
    assert (row.from_status, row.to_status, row.reason) == (before, after, "why")
    assert (row.actor_kind, row.source, row.stripe_event_id) == ("stripe", "webhook", "evt_1")
    audited = AuditEvent.objects.filter(action="booking.moved").latest("pk")
    assert audited.data == {"from": before.value, "to": after.value, "reason": "why"}


@pytest.mark.parametrize(("before", "after"), REFUSED, ids=lambda s: s.value)
def test_every_other_edge_is_refused_and_nothing_is_written(before: BookingStatus, after: BookingStatus) -> None:
    booking = in_state(before)
    rows = BookingTransition.objects.count(), AuditEvent.objects.count(), held(booking)
    with pytest.raises(TransitionNotAllowed, match=f"{before} to {after}"):
        transition(booking.pk, to=after, **BY)
    booking.refresh_from_db()
    assert booking.status == before
    assert (BookingTransition.objects.count(), AuditEvent.objects.count(), held(booking)) == rows


@pytest.mark.parametrize(
    ("changes", "refusal"), [({"capacity": 1, "held": 1}, SessionFull), ({"status": "cancelled"}, SessionNotBookable)]
)
def test_late_money_gets_no_place_that_is_not_there(changes: dict[str, object], refusal: type[Exception]) -> None:
    booking = in_state(S.EXPIRED)
    Session.objects.filter(pk=booking.session_id).update(**changes)
    with pytest.raises(refusal):
        transition(booking.pk, to=S.CONFIRMED, **BY)
    booking.refresh_from_db()
    assert booking.status == S.EXPIRED


def test_confirming_notes_when_and_correcting_the_register_keeps_it() -> None:
    booking = transition(BookingFactory().pk, to=S.CONFIRMED, **BY)
    first = booking.confirmed_at
    assert first is not None
    transition(booking.pk, to=S.COMPLETED, **BY)
    assert transition(booking.pk, to=S.CONFIRMED, **BY).confirmed_at == first


def test_a_move_of_one_booking_leaves_the_others_alone() -> None:
    session = SessionFactory(capacity=3)
    one, other = BookingFactory(session=session), BookingFactory(session=session)
    transition(one.pk, to=S.CANCELLED, **BY)
    other.refresh_from_db()
    assert (other.status, held(other)) == (S.AWAITING_DEPOSIT, 1)
