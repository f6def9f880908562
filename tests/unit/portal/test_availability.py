"""Sessions are generated in local time, right across clock changes."""

from datetime import date, time

import pytest

from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Session
from tests.factories import ServiceFactory

pytestmark = pytest.mark.django_db
SUNDAY = 6


@pytest.mark.parametrize(
    ("first", "last", "starts"),
    [
        (date(2027, 3, 21), date(2027, 4, 4), ["09:00", "08:00", "08:00"]),  # spring forward on 28 March
        (date(2027, 10, 24), date(2027, 11, 7), ["08:00", "09:00", "09:00"]),  # back on 31 October
    ],
)
def test_nine_in_the_morning_stays_nine_in_the_morning(first: date, last: date, starts: list[str]) -> None:
    service = ServiceFactory()
    service.availabilities.create(weekday=SUNDAY, start_time=time(9), capacity=2)
    assert generate_sessions(service, first=first, last=last) == 3
    sessions = Session.objects.order_by("starts_at")
    assert [f"{s.starts_at:%H:%M}" for s in sessions] == starts
    assert {f"{s.starts_local:%H:%M}" for s in sessions} == {"09:00"}
    assert {(s.ends_at - s.starts_at).total_seconds() for s in sessions} == {3 * 3600}


def test_a_time_that_the_clocks_skip_moves_on_by_the_gap() -> None:
    service = ServiceFactory()
    service.availabilities.create(weekday=SUNDAY, start_time=time(1, 30), capacity=2)
    generate_sessions(service, first=date(2027, 3, 28), last=date(2027, 3, 28))
    assert f"{Session.objects.get().starts_local:%H:%M}" == "02:30"


def test_a_time_that_comes_twice_is_the_first() -> None:
    service = ServiceFactory()
    service.availabilities.create(weekday=SUNDAY, start_time=time(1, 30), capacity=2)
    generate_sessions(service, first=date(2027, 10, 31), last=date(2027, 10, 31))
    assert f"{Session.objects.get().starts_at:%H:%M}" == "00:30"


def test_generating_again_adds_nothing() -> None:
    service = ServiceFactory()
    service.availabilities.create(weekday=SUNDAY, start_time=time(9), capacity=2)
    days = {"first": date(2027, 3, 21), "last": date(2027, 4, 4)}
    assert (generate_sessions(service, **days), generate_sessions(service, **days)) == (3, 0)
