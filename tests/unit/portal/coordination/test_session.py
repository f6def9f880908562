"""A session is moved or cancelled."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from payments.domain.session_changes import process_session_changes
from portal.bookings.models import Booking, Closure, Session, SessionChange
from portal.notifications.models import Notification
from tests.factories import (
    BookingFactory,
    SessionFactory,
)
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db


class TestChangingASession:
    """Cancelling and moving."""

    def test_cancelling_shows_how_far_it_is(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/sessions/{confirmed.session_id}/cancel/"
        assert "1 booking affected." in said(coordinator.get(address))
        page = coordinator.post(address, {"message": "Our carer is ill."}, follow=True)
        assert "0 of 1 booking notified so far." in said(page)
        process_session_changes()
        page = coordinator.get(f"/admin/desk/sessions/{confirmed.session_id}/")
        assert "Everyone has been notified: 1 booking." in said(page)

    def test_a_second_click_is_told_that_it_is_done(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/sessions/{confirmed.session_id}/cancel/"
        coordinator.post(address, {})
        reply = coordinator.post(address, {})
        assert (reply.status_code, SessionChange.objects.count()) == (422, 1)
        assert "This session has already been cancelled." in said(reply)

    def move(self, client: Client, session: Session, **fields: str) -> Any:
        form = {"day": "2027-03-29", "at": "10:00", "message": "", "seen": seen(session), **fields}
        return client.post(f"/admin/desk/sessions/{session.pk}/move/", form)

    def test_moving_takes_the_time_of_the_service(self, coordinator: Client, session: Session) -> None:
        assert self.move(coordinator, session).status_code == 302
        assert Session.objects.get(pk=session.pk).starts_at == datetime(2027, 3, 29, 9, tzinfo=UTC)  # summer time

    def test_moving_onto_another_booking_of_a_person_names_them(self, coordinator: Client, confirmed: Booking) -> None:
        session, noon = confirmed.session, datetime(2027, 3, 29, 11, tzinfo=UTC)
        other = BookingFactory(
            session=SessionFactory(starts_at=noon, ends_at=noon + timedelta(hours=1)),
            care_recipient=confirmed.care_recipient,
        )
        address = f"/admin/desk/sessions/{session.pk}/"
        assert "another booking at the same time" not in said(coordinator.get(address))
        page = coordinator.post(
            f"{address}move/", {"day": "2027-03-29", "at": "10:00", "message": "", "seen": seen(session)}, follow=True
        )
        assert "Some people booked here have another booking at the same time." in said(page)
        assert f'/admin/desk/bookings/{other.pk}/">Rose Okafor: {other.session.service.name}' in page.content.decode()
        assert process_session_changes() == 1
        assert Notification.objects.filter(template="session_moved").count() == 1
        self.move(coordinator, Session.objects.get(pk=session.pk), at="13:00")
        assert "another booking at the same time" not in said(coordinator.get(address))

    def test_moving_into_a_closure_is_refused(self, coordinator: Client, session: Session) -> None:
        Closure.objects.create(name="Easter", first_day=date(2027, 3, 29), last_day=date(2027, 3, 30))
        reply = self.move(coordinator, session)
        assert (reply.status_code, "There’s a closure on that day." in said(reply)) == (422, True)
        assert self.move(coordinator, session, day="2027-03-31").status_code == 302

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"day": "2027-03-28", "at": "01:30"}, "The clocks go forward that day"),
            ({"day": "2020-01-01"}, "in the future"),
            ({"day": "soon"}, "Enter a valid date"),
            ({"at": "25:00"}, "Enter a valid time"),
            ({"seen": "2026-01-01T00:00:00+0000"}, "This session has changed since"),
            ({"message": "x" * 301}, "at most 300"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, coordinator: Client, session: Session, fields: dict[str, str], sentence: str
    ) -> None:
        reply = self.move(coordinator, session, **fields)
        assert reply.status_code == 422
        assert sentence in said(reply)
        assert Session.objects.get(pk=session.pk).starts_at == session.starts_at


def seen(session: Session) -> str:
    return session.starts_at.isoformat()
