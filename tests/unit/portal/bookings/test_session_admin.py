"""A session that people may have booked is opened, closed and made larger here; moving and cancelling is the desk's."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from portal.bookings.enums import ClosedBy, SessionStatus
from portal.bookings.models import Session
from tests.factories import ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db
SESSIONS = "/admin/snippets/bookings/session"


def typed(session: Session, **changes: Any) -> dict[str, Any]:
    moments = {name: f"{getattr(session, name):%Y-%m-%d %H:%M}" for name in ("starts_at", "ends_at")}
    plain = {"service": session.service_id, "capacity": session.capacity, "status": session.status}
    return {**plain, **moments, **changes}


def test_it_is_not_cancelled_by_its_form(coordinator: Client) -> None:
    session = SessionFactory(capacity=5)
    reply = coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, status=SessionStatus.CANCELLED))
    session.refresh_from_db()
    assert (reply.status_code, session.status) == (200, SessionStatus.OPEN)
    assert "cancelled is not one of the available choices" in reply.content.decode()


def test_nor_moved_nor_given_to_another_service(coordinator: Client) -> None:
    session = SessionFactory(capacity=5)
    was = (session.service_id, session.starts_at, session.ends_at)
    later = {"starts_at": "2031-01-01 10:00", "ends_at": "2031-01-01 11:00", "service": ServiceFactory().pk}
    page = coordinator.get(f"{SESSIONS}/edit/{session.pk}/").content.decode()
    assert "open it in Care desk. Everyone who booked will be notified" in page
    assert coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, capacity=7, **later)).status_code == 302
    session.refresh_from_db()
    assert (session.service_id, session.starts_at, session.ends_at, session.capacity) == (*was, 7)


CHANGED = "This session has changed since you opened this page. Check it and try again."


def test_a_place_taken_while_the_form_was_open_stays_taken(
    coordinator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = SessionFactory(capacity=5, held=1)

    def clean_then_somebody_books(self: Session) -> None:
        Session.objects.filter(pk=self.pk).update(held=2)

    monkeypatch.setattr(Session, "clean", clean_then_somebody_books)
    assert coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, status="closed")).status_code == 302
    session.refresh_from_db()
    assert (session.held, session.status) == (2, SessionStatus.CLOSED)
    reply = coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, capacity=1))
    session.refresh_from_db()
    assert (CHANGED in reply.content.decode(), session.capacity) == (True, 5)


def test_what_a_closure_closed_while_the_form_was_open_stays_closed(coordinator: Client) -> None:
    session = SessionFactory(capacity=5)
    page = coordinator.get(f"{SESSIONS}/edit/{session.pk}/").content.decode()
    assert '<input type="hidden" name="seen_status" value="open"' in page
    Session.objects.update(status=SessionStatus.CLOSED, closed_by=ClosedBy.CLOSURE)
    opened = {"seen_status": "open"}
    assert coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, capacity=6, **opened)).status_code == 302
    session.refresh_from_db()
    assert (session.capacity, session.status, session.closed_by) == (6, SessionStatus.CLOSED, ClosedBy.CLOSURE)


def test_one_cancelled_while_the_form_was_open_is_said_to_have_changed(coordinator: Client) -> None:
    session = SessionFactory(capacity=5, status=SessionStatus.CANCELLED)
    reply = coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, capacity=6, seen_status="open"))
    session.refresh_from_db()
    assert CHANGED in reply.content.decode()
    assert (session.status, session.capacity) == (SessionStatus.CANCELLED, 5)


def test_a_cancelled_one_stays_cancelled(coordinator: Client) -> None:
    session = SessionFactory(capacity=5, status=SessionStatus.CANCELLED)
    coordinator.post(f"{SESSIONS}/edit/{session.pk}/", typed(session, status="open"))
    session.refresh_from_db()
    assert session.status == SessionStatus.CANCELLED


@pytest.mark.parametrize("year", ["1999", "9999"])
def test_a_year_out_of_reach_is_refused(coordinator: Client, year: str) -> None:
    far = {"starts_at": f"{year}-12-31 10:00", "ends_at": f"{year}-12-31 11:00"}
    new = {"service": ServiceFactory().pk, "capacity": 3, "status": "open", **far}
    reply = coordinator.post(f"{SESSIONS}/add/", new)
    assert "Enter a year from 2000 to 2199." in reply.content.decode()
    assert not Session.objects.exists()


def test_a_new_one_says_where_and_when(coordinator: Client) -> None:
    like = SessionFactory(capacity=5)
    starts_at = like.starts_at + timedelta(days=1)
    like.starts_at, like.ends_at = starts_at, like.ends_at + timedelta(days=1)
    assert coordinator.post(f"{SESSIONS}/add/", typed(like)).status_code == 302
    made = Session.objects.get(starts_at=starts_at.replace(second=0, microsecond=0))
    assert (made.service, made.capacity, made.status) == (like.service, 5, SessionStatus.OPEN)


def test_ten_typed_for_new_york_is_ten_there(coordinator: Client) -> None:
    service = ServiceFactory(time_zone="America/New_York")
    form = {
        "service": service.pk, "starts_at": "2031-01-06 10:00", "ends_at": "2031-01-06 12:00", "capacity": 5,
        "status": "open",
    }  # fmt: skip
    assert coordinator.post(f"{SESSIONS}/add/", form).status_code == 302
    session = Session.objects.get(service=service)
    assert session.starts_at.isoformat() == "2031-01-06T15:00:00+00:00"
    page = coordinator.get(f"{SESSIONS}/edit/{session.pk}/").content.decode()
    assert 'value="2031-01-06 10:00"' in page
    assert "The service’s local time: America/New_York." in page
    assert coordinator.post(f"{SESSIONS}/edit/{session.pk}/", {**form, "capacity": 6}).status_code == 302
    session.refresh_from_db()
    assert (session.starts_at.isoformat(), session.capacity) == ("2031-01-06T15:00:00+00:00", 6)


def test_an_hour_that_the_clocks_leave_out_there_is_refused(coordinator: Client) -> None:
    service = ServiceFactory(time_zone="America/New_York")
    form = {"service": service.pk, "starts_at": "2031-03-09 02:30", "ends_at": "2031-03-09 04:00", "capacity": 5}
    reply = coordinator.post(f"{SESSIONS}/add/", {**form, "status": "open"})
    assert (reply.status_code, "interpreted in time zone America/New_York" in reply.content.decode()) == (200, True)


def test_the_zones_of_the_services_are_said_beforehand(coordinator: Client) -> None:
    ServiceFactory(time_zone="America/New_York")
    ServiceFactory(time_zone="Europe/London")
    page = coordinator.get(f"{SESSIONS}/add/").content.decode()
    assert "The service’s local time: America/New_York, Europe/London." in page
