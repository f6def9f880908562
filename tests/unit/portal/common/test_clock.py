"""Times as people say them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from pytest_django import Settings

from portal.common.clock import clock_time, zone_name


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(17, 0, "5pm"), (17, 30, "5:30pm"), (0, 0, "12am"), (12, 0, "12pm"), (10, 5, "10:05am"), (20, 0, "8pm")],
)
def test_a_full_hour_is_said_without_minutes(hour: int, minute: int, said: str) -> None:
    assert clock_time(datetime(2027, 1, 20, hour, minute, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("zone", "said"), [("Europe/London", ""), ("Europe/Lisbon", ""), ("America/Los_Angeles", "PST"), ("UTC", "")]
)
def test_a_zone_is_named_only_where_its_clocks_differ(settings: Settings, zone: str, said: str) -> None:
    settings.REPORTING_TIME_ZONE = "Europe/London"
    assert zone_name(datetime(2027, 1, 20, 10, tzinfo=ZoneInfo(zone))) == said
