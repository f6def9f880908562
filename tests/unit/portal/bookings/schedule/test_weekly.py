"""Coordinators change the weekly sessions: what becomes of each session is said, then done."""

import re

import pytest
from django.test import Client

from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Service, Session
from tests.factories import BookingFactory, SessionFactory
from tests.unit.portal.bookings.schedule.forms import (
    MONDAY,
    TUESDAY,
    WEEKS,
    at,
    confirmed,
    slot,
)
from tests.unit.portal.bookings.service_form import SERVICES, typed
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db


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
