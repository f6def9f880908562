"""A place that is held for a caller until the office opens."""

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
import time_machine
from django.test import Client

from portal.bookings.models import Booking, Closure, Service, Session
from portal.coordination.opening import next_opening
from portal.organisation.models import SiteSettings
from tests.factories import CareRecipientFactory, SessionFactory
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db
SATURDAY_EVENING = datetime(2027, 3, 27, 19, 30, tzinfo=UTC)
MONDAY_AT_NINE = datetime(2027, 3, 29, 8, tzinfo=UTC)  # the clocks went forward on Sunday


@pytest.fixture(autouse=True)
def _on_saturday_evening() -> Iterator[None]:
    with time_machine.travel(SATURDAY_EVENING, tick=False):
        yield


@pytest.fixture(autouse=True)
def _the_office_opens_at_nine(db: None) -> None:
    SiteSettings.objects.update(opens_at=time(9))


def test_on_saturday_evening_it_is_monday_at_nine_by_the_new_clock() -> None:
    assert next_opening() == MONDAY_AT_NINE


def test_an_office_that_opens_at_weekends_opens_on_sunday() -> None:
    SiteSettings.objects.update(open_at_weekends=True)
    assert next_opening() == datetime(2027, 3, 28, 8, tzinfo=UTC)


@pytest.mark.parametrize(("hour", "day"), [(7, 29), (8, 30), (9, 30)])
def test_this_morning_counts_until_it_has_come(hour: int, day: int) -> None:
    with time_machine.travel(datetime(2027, 3, 29, hour, tzinfo=UTC), tick=False):
        assert next_opening() == datetime(2027, 3, day, 8, tzinfo=UTC)


def test_days_on_which_everything_is_closed_are_passed_over() -> None:
    Closure.objects.create(name="Easter", first_day=date(2027, 3, 26), last_day=date(2027, 3, 29))
    one = Closure.objects.create(name="Floor", first_day=date(2027, 3, 30), last_day=date(2027, 3, 30))
    one.services.add(Service.objects.get_or_create(pk=SessionFactory().service_id)[0])
    assert next_opening() == datetime(2027, 3, 30, 8, tzinfo=UTC)


def test_closed_for_longer_than_a_month_there_is_none() -> None:
    Closure.objects.create(name="Refit", first_day=date(2027, 3, 1), last_day=date(2027, 6, 1))
    assert next_opening() is None


def test_without_an_opening_time_there_is_none() -> None:
    SiteSettings.objects.update(opens_at=None)
    assert next_opening() is None


class TestBookingByPhone:
    """On Saturday evening, for a session on Tuesday."""

    def form(self, **fields: Any) -> tuple[str, dict[str, Any]]:
        person, start = CareRecipientFactory(), datetime(2027, 3, 30, 13, tzinfo=UTC)
        session: Session = SessionFactory(starts_at=start, ends_at=start.replace(hour=15))
        typed = {"session": session.pk, "care_recipient": person.pk, "token": uuid.uuid4(), "notes": ""} | fields
        return f"/admin/desk/phone/{person.caregiver_id}/", typed

    def test_the_place_is_held_until_monday_at_nine(self, coordinator: Client) -> None:
        address, form = self.form(hold_minutes="2027-03-29T09:00:00+01:00")
        service = Session.objects.select_related("service").get().service.slug
        shown = said(coordinator.get(address, {"service": service}))
        assert "Until the office opens: 9am on Monday 29 March" in shown
        assert coordinator.post(address, form).status_code == 302
        assert Booking.objects.get().hold_expires_at == MONDAY_AT_NINE

    @pytest.mark.parametrize("other", ["2027-04-05T09:00:00+01:00", "2027-03-20T09:00:00+00:00", "opening"])
    def test_no_other_time_is_taken(self, coordinator: Client, other: str) -> None:
        address, form = self.form(hold_minutes=other)
        assert "Select a valid choice" in said(coordinator.post(address, form))
        assert not Booking.objects.exists()
