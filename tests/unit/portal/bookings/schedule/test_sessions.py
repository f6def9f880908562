"""Sessions are deleted for good, one or several, and changed many at once from their list."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from portal.accounts.roles import Role
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.enums import SessionStatus
from portal.bookings.models import Service, Session, SessionException
from tests.factories import BookingFactory
from tests.unit.portal.bookings.schedule.forms import LONDON, SESSIONS, WEEKS, at
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db


def test_a_deleted_session_stays_deleted(coordinator: Client, service: Service) -> None:
    session = Session.objects.get(starts_at=at(7))
    assert coordinator.post(f"{SESSIONS}/delete/{session.pk}/").status_code == 302
    generate_upcoming(service)
    assert (service.sessions.count(), SessionException.objects.get().starts_at) == (WEEKS - 1, at(7))


def test_several_deleted_sessions_stay_deleted(coordinator: Client, service: Service) -> None:
    ids = [str(pk) for pk in service.sessions.values_list("pk", flat=True)[:3]]
    address = "/admin/bulk/bookings/session/delete/?" + "&".join(f"id={pk}" for pk in ids)
    coordinator.post(address)
    generate_upcoming(service)
    assert (service.sessions.count(), SessionException.objects.count()) == (WEEKS - 3, 3)


def test_a_session_whose_deletion_breaks_off_comes_back_with_the_nights(
    coordinator: Client, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "delete", broken)
    session = Session.objects.get(starts_at=at(7))
    with pytest.raises(OSError, match="unplugged"):
        coordinator.post(f"{SESSIONS}/delete/{session.pk}/")
    assert (service.sessions.count(), SessionException.objects.count()) == (WEEKS, 0)


def broken(session: Session) -> None:
    raise OSError("unplugged")


def test_a_booked_session_is_not_deleted_and_says_by_whom(coordinator: Client, service: Service) -> None:
    booking = BookingFactory(session=service.sessions.latest("starts_at"))
    reply = coordinator.post(f"{SESSIONS}/delete/{booking.session_id}/")
    assert (reply.status_code, "Bookings (1)" in said(reply)) == (409, True)
    assert timedelta(0) < booking.session.starts_at - datetime.now(LONDON)


class TestChangingMany:
    """From the list of sessions."""

    def address(self, sessions: Any) -> str:
        chosen = "".join(f"&id={session.pk}" for session in sessions)
        return f"/admin/bulk/bookings/session/change/?next={SESSIONS}/{chosen}"

    def test_they_are_closed_and_opened(self, coordinator: Client, service: Service) -> None:
        address = self.address(service.sessions.order_by("starts_at")[:3])
        assert "Change sessions" in said(coordinator.get(address))
        assert "3 sessions changed." in said(coordinator.post(address, {"status": "closed"}, follow=True))
        assert service.sessions.filter(status=SessionStatus.CLOSED).count() == 3
        coordinator.post(address, {"status": "open"})
        assert service.sessions.filter(status=SessionStatus.CLOSED).count() == 0

    def test_none_has_fewer_places_than_are_booked_or_comes_back_from_cancelled(
        self, coordinator: Client, service: Service
    ) -> None:
        first, second, third = service.sessions.order_by("starts_at")[:3]
        Session.objects.filter(pk=first.pk).update(held=2)
        Session.objects.filter(pk=second.pk).update(status=SessionStatus.CANCELLED)
        reply = coordinator.post(self.address([first, second, third]), {"status": "open", "capacity": "1"}, follow=True)
        assert "1 session changed. 2 were left as they are" in said(reply)
        found = service.sessions.filter(pk__in=[first.pk, second.pk, third.pk]).order_by("starts_at")
        assert list(found.values_list("capacity", "status")) == [(4, "open"), (4, "cancelled"), (1, "open")]

    @pytest.mark.parametrize("changes", [{}, {"status": "cancelled"}, {"capacity": "0"}, {"capacity": "many"}])
    def test_what_is_no_change_is_refused(self, coordinator: Client, service: Service, changes: dict[str, str]) -> None:
        coordinator.post(self.address(service.sessions.all()), changes)
        assert set(service.sessions.values_list("capacity", "status")) == {(4, "open")}

    def test_who_may_only_look_changes_nothing(self, service: Service) -> None:
        staff_with(Role.MANAGER).post(self.address(service.sessions.all()), {"status": "closed"})
        assert service.sessions.filter(status=SessionStatus.CLOSED).count() == 0
