"""Coordinators change the weekly sessions and close for holidays: what becomes of each session is said, then done."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.domain.schedule import SchedulePlan
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Availability, Booking, Closure, Service, Session, SessionChange, SessionException
from tests.factories import BookingFactory, ServiceFactory, SessionFactory
from tests.sign_in import authenticated
from tests.unit.portal.bookings.test_service_admin import SERVICES, typed
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db
CLOSURES = "/admin/snippets/bookings/closure"
SESSIONS = "/admin/snippets/bookings/session"
MONDAY, TUESDAY = 0, 1
LONDON = ZoneInfo("Europe/London")
WEEKS = 12


@pytest.fixture(autouse=True)
def _a_wednesday_in_december(settings: Settings) -> Any:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    with time_machine.travel("2026-12-02T09:00:00Z", tick=False):
        yield


@pytest.fixture
def coordinator() -> Client:
    return staff_with(Role.COORDINATOR)


@pytest.fixture
def service() -> Service:
    """Mondays at 2pm, four places, with its sessions."""
    service = ServiceFactory(slug="music-afternoon")
    Availability.objects.create(service=service, weekday=MONDAY, start_time=time(14), capacity=4)
    generate_upcoming(stored := Service.objects.get())
    return stored


def at(day: int, hour: int = 14, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON)


def slot(service: Service, **changes: Any) -> dict[str, Any]:
    """The service's form with its one weekly session, changed."""
    row = service.availabilities.get()
    stored = {"id": row.pk, "weekday": row.weekday, "start_time": "14:00", "capacity": 4, "ORDER": 1} | changes
    windows = service.cancellation_windows.order_by("-hours_before")
    form = typed(
        slug=service.slug,
        **{f"availabilities-0-{name}": value for name, value in stored.items()},
        **{"availabilities-TOTAL_FORMS": 1, "availabilities-INITIAL_FORMS": 1},
        **{"cancellation_windows-TOTAL_FORMS": len(windows), "cancellation_windows-INITIAL_FORMS": len(windows)},
    )
    for index, window in enumerate(windows):
        form |= {
            f"cancellation_windows-{index}-id": window.pk,
            f"cancellation_windows-{index}-hours_before": window.hours_before,
            f"cancellation_windows-{index}-refund_percent": window.refund_percent,
            f"cancellation_windows-{index}-ORDER": index,
        }
    return form


def confirmed(reply: Any) -> dict[str, str]:
    """The button that saves, with the plan that the page shows."""
    found = re.search(r'name="schedule" value="([0-9a-f]{32})"', reply.content.decode())
    assert found is not None, said(reply)[-600:]
    return {"schedule": found[1]}


def test_a_new_service_can_be_booked_at_once(coordinator: Client) -> None:
    row = {"weekday": MONDAY, "start_time": "14:00", "capacity": 4, "id": "", "ORDER": 1}
    form = typed(**{f"availabilities-0-{name}": value for name, value in row.items()})
    form["availabilities-TOTAL_FORMS"] = 1
    assert coordinator.post(f"{SERVICES}/add/", form).status_code == 302
    starts = Session.objects.order_by("starts_at").values_list("starts_at", flat=True)
    assert (len(starts), starts[0]) == (WEEKS, at(7))


def test_monday_at_two_becomes_tuesday_at_three_once_it_was_reviewed(coordinator: Client, service: Service) -> None:
    booked = BookingFactory(session=Session.objects.get(starts_at=at(14)))
    form, address = slot(service, weekday=TUESDAY, start_time="15:00"), f"{SERVICES}/edit/{service.pk}/"
    review = coordinator.post(address, form)
    shown = said(review)
    assert "12 sessions appear." in shown
    assert "11 sessions end. Nobody has booked them." in shown
    assert "1 session is booked." in shown
    assert "Monday 14 December 2026, 2pm" in shown
    assert Session.objects.count() == WEEKS  # nothing is saved yet
    assert coordinator.post(address, form | confirmed(review)).status_code == 302
    assert list(
        Session.objects.filter(starts_at__lt=at(16)).values_list("starts_at", "status").order_by("starts_at")
    ) == [
        (at(8, 15), "open"),
        (at(14), "closed"),
        (at(15, 15), "open"),
    ]
    booked.refresh_from_db()
    assert booked.status == BookingStatus.AWAITING_DEPOSIT


def test_a_place_booked_while_the_page_was_read_is_shown_before_anything_is_done(
    coordinator: Client, service: Service
) -> None:
    form, address = slot(service, weekday=TUESDAY), f"{SERVICES}/edit/{service.pk}/"
    first = coordinator.post(address, form)
    BookingFactory(session=Session.objects.get(starts_at=at(7)))
    second = coordinator.post(address, form | confirmed(first))
    assert (second.status_code, "1 session is booked." in said(second)) == (200, True)
    assert coordinator.post(address, form | confirmed(second)).status_code == 302


def test_the_last_session_booked_while_the_page_was_read_is_shown_too(coordinator: Client, service: Service) -> None:
    form, address = slot(service, weekday=TUESDAY), f"{SERVICES}/edit/{service.pk}/"
    first = coordinator.post(address, form)
    BookingFactory(session=service.sessions.latest("starts_at"))
    second = coordinator.post(address, form | confirmed(first))
    assert (second.status_code, "1 session is booked." in said(second)) == (200, True)


def test_back_to_the_form_shows_what_was_typed_and_saves_nothing(coordinator: Client, service: Service) -> None:
    form = slot(service, weekday=TUESDAY, start_time="15:00")
    page = coordinator.post(f"{SERVICES}/edit/{service.pk}/", form | {"schedule": "edit"}).content.decode()
    assert 'value="15:00"' in page
    assert (service.availabilities.get().weekday, Session.objects.count()) == (MONDAY, WEEKS)


def test_more_places_reach_the_sessions_that_had_the_old_number(coordinator: Client, service: Service) -> None:
    Session.objects.filter(starts_at=at(7)).update(capacity=9)  # changed by hand: stays
    form, address = slot(service, capacity=6), f"{SERVICES}/edit/{service.pk}/"
    review = coordinator.post(address, form)
    assert "11 sessions get the new number of places." in said(review)
    coordinator.post(address, form | confirmed(review))
    assert sorted(Session.objects.values_list("capacity", flat=True)) == [6] * 11 + [9]


def test_fewer_places_are_never_fewer_than_are_booked(coordinator: Client, service: Service) -> None:
    Session.objects.filter(starts_at=at(7)).update(held=3)
    form, address = slot(service, capacity=2), f"{SERVICES}/edit/{service.pk}/"
    coordinator.post(address, form | confirmed(coordinator.post(address, form)))
    assert sorted(Session.objects.values_list("capacity", flat=True)) == [2] * 11 + [3]


def test_a_cancelled_session_is_not_said_to_appear(coordinator: Client, service: Service) -> None:
    Session.objects.filter(starts_at=at(7)).update(status=SessionStatus.CANCELLED)
    shown = said(coordinator.post(f"{SERVICES}/edit/{service.pk}/", slot(service, capacity=6)))
    assert ("appears." in shown, "11 sessions get the new number of places." in shown) == (False, True)


def test_sessions_added_by_hand_and_those_with_a_past_are_not_deleted(coordinator: Client, service: Service) -> None:
    by_hand = SessionFactory(service=service, starts_at=at(10), ends_at=at(10, 17))
    given_up = BookingFactory(session=Session.objects.get(starts_at=at(7)))
    Booking.objects.filter(pk=given_up.pk).update(status=BookingStatus.EXPIRED)
    Session.objects.filter(pk=given_up.session_id).update(held=0)
    form, address = slot(service, weekday=TUESDAY), f"{SERVICES}/edit/{service.pk}/"
    coordinator.post(address, form | confirmed(coordinator.post(address, form)))
    by_hand.refresh_from_db()
    assert by_hand.status == SessionStatus.OPEN
    assert Session.objects.get(pk=given_up.session_id).status == SessionStatus.CLOSED


def test_a_booked_session_opens_again_when_its_weekly_session_comes_back(coordinator: Client, service: Service) -> None:
    booked, address = Session.objects.get(starts_at=at(7)), f"{SERVICES}/edit/{service.pk}/"
    BookingFactory(session=booked)
    for weekday, status in ((TUESDAY, SessionStatus.CLOSED), (MONDAY, SessionStatus.OPEN)):
        form = slot(service, weekday=weekday)
        coordinator.post(address, form | confirmed(coordinator.post(address, form)))
        booked.refresh_from_db()
        assert booked.status == status


def test_no_session_appears_for_a_service_that_is_not_open_for_booking(coordinator: Client, service: Service) -> None:
    form, address = slot(service, weekday=TUESDAY), f"{SERVICES}/edit/{service.pk}/"
    form.pop("active")
    review = coordinator.post(address, form)
    assert ("sessions appear" in said(review), "12 sessions end." in said(review)) == (False, True)
    coordinator.post(address, form | confirmed(review))
    assert not Session.objects.exists()


def test_the_same_weekly_session_twice_is_refused(coordinator: Client, service: Service) -> None:
    form = slot(service) | {"availabilities-TOTAL_FORMS": 2}
    form |= {"availabilities-1-weekday": MONDAY, "availabilities-1-start_time": "14:00", "availabilities-1-capacity": 2}
    form |= {"availabilities-1-id": "", "availabilities-1-ORDER": 2}
    address = f"{SERVICES}/edit/{service.pk}/"
    assert "Monday, 2pm is there twice for the same dates." in said(coordinator.post(address, form))
    apart = form | {"availabilities-0-valid_until": "2026-12-31", "availabilities-1-valid_from": "2027-01-01"}
    assert "is there twice" not in said(coordinator.post(address, apart))


def test_the_time_zone_is_fixed_once_somebody_has_booked(coordinator: Client, service: Service) -> None:
    address = f"{SERVICES}/edit/{service.pk}/"
    zone = re.compile(r'<input[^>]*name="time_zone"[^>]*>')
    before = zone.search(coordinator.get(address).content.decode())
    BookingFactory(session=service.sessions.latest("starts_at"))
    after = zone.search(coordinator.get(address).content.decode())
    assert before is not None
    assert after is not None
    assert ("disabled" in before[0], "disabled" in after[0]) == (False, True)
    coordinator.post(address, slot(service) | {"time_zone": "Asia/Kathmandu"})
    service.refresh_from_db()
    assert service.time_zone == "Europe/London"


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
