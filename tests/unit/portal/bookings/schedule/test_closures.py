"""Days without sessions: what was booked on them is said, then closed or cancelled; afterwards they open again."""

from datetime import date, time
from typing import Any

import pytest
from django.test import Client

from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.domain.schedule import SchedulePlan
from portal.bookings.enums import SessionStatus
from portal.bookings.models import Availability, Closure, Service, Session, SessionChange
from tests.factories import BookingFactory, ServiceFactory
from tests.sign_in import authenticated
from tests.unit.portal.bookings.schedule.forms import CLOSURES, MONDAY, SESSIONS, WEEKS, at, confirmed
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db


class TestClosing:
    """For Christmas week: Mondays 21 and 28 December."""

    FORM: dict[str, Any] = {"name": "Christmas", "first_day": "2026-12-21", "last_day": "2026-12-28", "message": ""}

    def test_empty_sessions_end_and_do_not_come_back(self, coordinator: Client, service: Service) -> None:
        review = coordinator.post(f"{CLOSURES}/add/", self.FORM)
        assert "2 sessions end. Nobody has booked them." in said(review)
        assert coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(review)).status_code == 302
        generate_upcoming(service)
        assert list(service.sessions.filter(starts_at__lt=at(31)).values_list("starts_at", flat=True)) == [
            at(7),
            at(14),
        ]

    def test_booked_ones_take_no_more_bookings_until_staff_decide(self, coordinator: Client, service: Service) -> None:
        booking = BookingFactory(session=Session.objects.get(starts_at=at(21)))
        review = coordinator.post(f"{CLOSURES}/add/", self.FORM)
        assert "Bookings stay as they are, and nobody is notified." in said(review)
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(review))
        assert Session.objects.get(pk=booking.session_id).status == SessionStatus.CLOSED
        assert not SessionChange.objects.exists()

    def test_booked_ones_take_bookings_again_when_the_closure_gets_shorter(
        self, coordinator: Client, service: Service
    ) -> None:
        for day in (21, 28):
            BookingFactory(session=Session.objects.get(starts_at=at(day)))
        Session.objects.filter(starts_at=at(21)).update(status=SessionStatus.CLOSED)  # by hand, before the closure
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        address = f"{CLOSURES}/edit/{Closure.objects.get().pk}/"
        shorter = self.FORM | {"first_day": "2026-12-24", "last_day": "2026-12-25"}
        review = coordinator.post(address, shorter)
        assert "1 session opens for booking again." in said(review)
        coordinator.post(address, shorter | confirmed(review))
        assert Session.objects.get(starts_at=at(21)).status == SessionStatus.CLOSED
        assert Session.objects.get(starts_at=at(28)).status == SessionStatus.OPEN

    def test_booked_ones_take_bookings_again_when_the_closure_is_deleted(
        self, coordinator: Client, service: Service
    ) -> None:
        opened, closed = (BookingFactory(session=Session.objects.get(starts_at=at(day))).session_id for day in (21, 28))
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        Closure.objects.create(name="Stocktaking", first_day=date(2026, 12, 28), last_day=date(2026, 12, 28))
        coordinator.post(f"{CLOSURES}/delete/{Closure.objects.get(name='Christmas').pk}/")
        assert Session.objects.get(pk=opened).status == SessionStatus.OPEN
        assert Session.objects.get(pk=closed).status == SessionStatus.CLOSED

    def test_the_days_of_several_closures_deleted_together_get_their_sessions(
        self, coordinator: Client, service: Service
    ) -> None:
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        coordinator.post(f"/admin/bulk/bookings/closure/delete/?id={Closure.objects.get().pk}")
        assert (Closure.objects.count(), service.sessions.count()) == (0, WEEKS)

    def test_a_deletion_that_breaks_off_leaves_the_closure(
        self, coordinator: Client, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> None:
            raise OSError("unplugged")

        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        monkeypatch.setattr("portal.bookings.admin.schedule_views.reopen_after_closure", broken)
        with pytest.raises(OSError, match="unplugged"):
            coordinator.post(f"{CLOSURES}/delete/{Closure.objects.get().pk}/")
        assert Closure.objects.get().name == "Christmas"

    def test_one_that_staff_opened_and_closed_again_stays_closed(self, coordinator: Client, service: Service) -> None:
        session = BookingFactory(session=Session.objects.get(starts_at=at(21))).session
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        for status in (SessionStatus.OPEN, SessionStatus.CLOSED):
            coordinator.post(f"{SESSIONS}/edit/{session.pk}/", {"capacity": 4, "status": status})
        coordinator.post(f"{CLOSURES}/delete/{Closure.objects.get().pk}/")
        assert Session.objects.get(pk=session.pk).status == SessionStatus.CLOSED

    def test_a_session_that_is_cancelled_meanwhile_is_said_and_nothing_saved(
        self, coordinator: Client, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        BookingFactory(session=Session.objects.get(starts_at=at(21)))
        form = self.FORM | {"cancel_booked": "on"}
        review = coordinator.post(f"{CLOSURES}/add/", form)

        def cancelled_just_now(plan: SchedulePlan) -> None:
            Session.objects.filter(starts_at=at(21)).update(status=SessionStatus.CANCELLED)

        monkeypatch.setattr("portal.bookings.admin.forms.apply_plan", cancelled_just_now)
        reply = coordinator.post(f"{CLOSURES}/add/", form | confirmed(review))
        assert (reply.status_code, Closure.objects.exists()) == (200, False)
        assert "This session has already been cancelled." in said(reply)

    def test_booked_ones_are_cancelled_and_everybody_told_when_asked_to(
        self, coordinator: Client, service: Service
    ) -> None:
        booking = BookingFactory(session=Session.objects.get(starts_at=at(21)))
        form = self.FORM | {"cancel_booked": "on", "message": "Merry Christmas."}
        review = coordinator.post(f"{CLOSURES}/add/", form)
        assert "Save and cancel these sessions" in said(review)
        coordinator.post(f"{CLOSURES}/add/", form | confirmed(review))
        change = SessionChange.objects.get()
        assert (change.session_id, change.message, change.total) == (booking.session_id, "Merry Christmas.", 1)
        assert Session.objects.get(pk=booking.session_id).status == SessionStatus.CANCELLED

    def test_nobodys_booking_is_cancelled_unseen(self, coordinator: Client, service: Service) -> None:
        form = self.FORM | {"cancel_booked": "on"}
        review = coordinator.post(f"{CLOSURES}/add/", form)
        BookingFactory(session=Session.objects.get(starts_at=at(28)))  # made while the page was read
        reply = coordinator.post(f"{CLOSURES}/add/", form | confirmed(review))
        assert (reply.status_code, "Save and cancel these sessions" in said(reply)) == (200, True)
        assert not SessionChange.objects.exists()

    def test_cancelling_asks_who_is_there_and_keeps_what_was_typed(self, coordinator: Client, service: Service) -> None:
        BookingFactory(session=Session.objects.get(starts_at=at(21)))
        authenticated(coordinator, coordinator.user, minutes_ago=30)  # type: ignore[attr-defined]
        reply = coordinator.post(f"{CLOSURES}/add/", self.FORM | {"cancel_booked": "on"})
        assert (reply.status_code, "reauthenticate" in reply["Location"]) == (302, True)
        assert 'value="Christmas"' in coordinator.get(f"{CLOSURES}/add/").content.decode()
        assert not Closure.objects.exists()

    def test_only_the_chosen_services_close(self, coordinator: Client, service: Service) -> None:
        other = ServiceFactory()
        Availability.objects.create(service=other, weekday=MONDAY, start_time=time(10), capacity=4)
        generate_upcoming(Service.objects.get(pk=other.pk))
        form = self.FORM | {"services": [other.pk]}
        coordinator.post(f"{CLOSURES}/add/", form | confirmed(coordinator.post(f"{CLOSURES}/add/", form)))
        assert (service.sessions.count(), other.sessions.count()) == (WEEKS, WEEKS - 2)

    def test_days_that_open_again_get_their_sessions_at_once(self, coordinator: Client, service: Service) -> None:
        coordinator.post(f"{CLOSURES}/add/", self.FORM | confirmed(coordinator.post(f"{CLOSURES}/add/", self.FORM)))
        closure = Closure.objects.get()
        shorter = self.FORM | {"last_day": "2026-12-27"}
        assert coordinator.post(f"{CLOSURES}/edit/{closure.pk}/", shorter).status_code == 302
        assert service.sessions.count() == WEEKS - 1
        coordinator.post(f"{CLOSURES}/delete/{closure.pk}/")
        assert service.sessions.count() == WEEKS

    def test_days_the_wrong_way_round_are_refused(self, coordinator: Client) -> None:
        reply = coordinator.post(f"{CLOSURES}/add/", self.FORM | {"last_day": "2026-12-01"})
        assert "The last day can’t be before the first day." in said(reply)
        assert not Closure.objects.exists()

    def test_a_day_is_one_of_the_services_own_clocks(self) -> None:
        far = ServiceFactory(time_zone="America/Los_Angeles")
        Availability.objects.create(service=far, weekday=MONDAY, start_time=time(22), capacity=4)  # Tuesday in London
        Closure.objects.create(name="Monday", first_day=date(2026, 12, 7), last_day=date(2026, 12, 7))
        generate_upcoming(Service.objects.get())
        assert far.sessions.earliest("starts_at").starts_local.date() == date(2026, 12, 14)

    def test_a_closure_that_is_over_is_not_read_again(self, service: Service) -> None:
        Closure.objects.create(name="Past", first_day=date(2026, 11, 1), last_day=date(2026, 11, 30))
        assert generate_upcoming(service) == 0
