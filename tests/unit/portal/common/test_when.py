"""Times as people say them; the organisation is in London."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from portal.common import when

LONDON, LOS_ANGELES, KATHMANDU = (
    ZoneInfo("Europe/London"), ZoneInfo("America/Los_Angeles"), ZoneInfo("Asia/Kathmandu")
)  # fmt: skip


def _local(zone: ZoneInfo, *parts: int) -> datetime:
    """The UTC time of `parts` in `zone`."""
    return datetime(*parts, tzinfo=UTC).astimezone(zone)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("hour", "minute", "said"),
    [(17, 0, "5pm"), (17, 30, "5:30pm"), (0, 0, "12am"), (12, 0, "12pm"), (10, 5, "10:05am"), (20, 0, "8pm")],
)
def test_a_full_hour_is_said_without_minutes(hour: int, minute: int, said: str) -> None:
    assert when.clock_time(datetime(2027, 1, 20, hour, minute, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/London", ""),
        ("Europe/Lisbon", ""),
        ("UTC", ""),
        ("America/Los_Angeles", "PST"),
        ("Asia/Kathmandu", "GMT+5:45"),
        ("America/Sao_Paulo", "GMT−3"),
        ("Asia/Dubai", "GMT+4"),
    ],
)
def test_a_zone_is_named_only_where_its_clocks_differ(zone: str, said: str) -> None:
    assert when.zone_name(datetime(2027, 1, 20, 10, tzinfo=ZoneInfo(zone))) == said


SPANS = [
    pytest.param(
        _local(LONDON, 2026, 11, 23, 10), _local(LONDON, 2026, 11, 23, 13),
        "Monday 23 November 2026, 10am to 1pm", "10am to 1pm", "Mon 23 November, 10am to 1pm",
        id="a day",
    ),
    pytest.param(
        _local(LONDON, 2026, 11, 28, 17), _local(LONDON, 2026, 11, 29, 8),
        "Saturday 28 November 2026, 5pm to 8am on Sunday 29 November", "5pm to 8am on Sunday 29 November",
        "Sat 28 November, 5pm to 8am on Sun 29 November",
        id="overnight",
    ),
    pytest.param(
        _local(LONDON, 2027, 10, 30, 16), _local(LONDON, 2027, 10, 31, 8),
        "Saturday 30 October 2027, 5pm BST to 8am GMT on Sunday 31 October", "5pm BST to 8am GMT on Sunday 31 October",
        "Sat 30 October, 5pm BST to 8am GMT on Sun 31 October",
        id="overnight when summer time ends",
    ),
    pytest.param(
        _local(LONDON, 2026, 11, 27, 17), _local(LONDON, 2026, 11, 29, 17),
        "Friday 27 November 2026, 5pm to 5pm on Sunday 29 November", "5pm to 5pm on Sunday 29 November",
        "Fri 27 November, 5pm to 5pm on Sun 29 November",
        id="48 hours",
    ),
    pytest.param(
        _local(LONDON, 2027, 10, 30, 16), _local(LONDON, 2027, 11, 1, 16),
        "Saturday 30 October 2027, 5pm BST to 4pm GMT on Monday 1 November", "5pm BST to 4pm GMT on Monday 1 November",
        "Sat 30 October, 5pm BST to 4pm GMT on Mon 1 November",
        id="48 hours when summer time ends",
    ),
    pytest.param(
        _local(LONDON, 2027, 10, 31, 0, 30), _local(LONDON, 2027, 10, 31, 2, 30),
        "Sunday 31 October 2027, 1:30am BST to 2:30am GMT", "1:30am BST to 2:30am GMT",
        "Sun 31 October, 1:30am BST to 2:30am GMT",
        id="half past one, the first time",
    ),
    pytest.param(
        _local(LONDON, 2027, 10, 31, 1, 30), _local(LONDON, 2027, 10, 31, 3),
        "Sunday 31 October 2027, 1:30am to 3am (GMT)", "1:30am to 3am (GMT)", "Sun 31 October, 1:30am to 3am (GMT)",
        id="half past one, the second time",
    ),
    pytest.param(
        _local(LONDON, 2027, 10, 30, 23, 30), _local(LONDON, 2027, 10, 31, 0, 30),
        "Sunday 31 October 2027, 12:30am to 1:30am (BST)", "12:30am to 1:30am (BST)",
        "Sun 31 October, 12:30am to 1:30am (BST)",
        id="until half past one, the first time",
    ),
    pytest.param(
        _local(LOS_ANGELES, 2027, 1, 20, 18), _local(LOS_ANGELES, 2027, 1, 20, 21),
        "Wednesday 20 January 2027, 10am to 1pm (PST)", "10am to 1pm (PST)", "Wed 20 January, 10am to 1pm (PST)",
        id="Los Angeles",
    ),
    pytest.param(
        _local(LOS_ANGELES, 2027, 11, 7, 0), _local(LOS_ANGELES, 2027, 11, 7, 16),
        "Saturday 6 November 2027, 5pm PDT to 8am PST on Sunday 7 November", "5pm PDT to 8am PST on Sunday 7 November",
        "Sat 6 November, 5pm PDT to 8am PST on Sun 7 November",
        id="Los Angeles overnight when summer time ends",
    ),
    pytest.param(
        _local(KATHMANDU, 2027, 1, 20, 4, 15), _local(KATHMANDU, 2027, 1, 20, 7, 15),
        "Wednesday 20 January 2027, 10am to 1pm (GMT+5:45)", "10am to 1pm (GMT+5:45)",
        "Wed 20 January, 10am to 1pm (GMT+5:45)",
        id="Kathmandu",
    ),
    pytest.param(
        _local(LONDON, 2028, 2, 29, 10), _local(LONDON, 2028, 2, 29, 13),
        "Tuesday 29 February 2028, 10am to 1pm", "10am to 1pm", "Tue 29 February, 10am to 1pm",
        id="29 February",
    ),
    pytest.param(
        _local(LONDON, 2026, 12, 31, 17), _local(LONDON, 2027, 1, 1, 8),
        "Thursday 31 December 2026, 5pm to 8am on Friday 1 January 2027", "5pm to 8am on Friday 1 January 2027",
        "Thu 31 December, 5pm to 8am on Fri 1 January",
        id="New Year's night",
    ),
    pytest.param(
        _local(LONDON, 2026, 11, 23, 18), _local(LONDON, 2026, 11, 24),
        "Monday 23 November 2026, 6pm to midnight", "6pm to midnight", "Mon 23 November, 6pm to midnight",
        id="until midnight",
    ),
    pytest.param(
        _local(LONDON, 2026, 11, 23, 18), _local(LONDON, 2026, 11, 25),
        "Monday 23 November 2026, 6pm to midnight at the end of Tuesday 24 November",
        "6pm to midnight at the end of Tuesday 24 November",
        "Mon 23 November, 6pm to midnight at the end of Tue 24 November",
        id="until midnight of the next day",
    ),
    pytest.param(
        _local(LONDON, 2026, 12, 31, 18), _local(LONDON, 2027, 1, 1),
        "Thursday 31 December 2026, 6pm to midnight", "6pm to midnight", "Thu 31 December, 6pm to midnight",
        id="until the new year",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("start", "end", "full", "times", "short"), SPANS)
def test_a_session_says_its_days_and_its_zone_where_they_differ(
    start: datetime, end: datetime, full: str, times: str, short: str
) -> None:
    said = (when.session_time(start, end), when.times(start, end), when.short_session_time(start, end))
    assert said == (full, times, short)


def test_a_payment_page_names_the_zone_at_home_too() -> None:
    start, end = _local(LONDON, 2026, 11, 23, 10), _local(LONDON, 2026, 11, 23, 13)
    assert when.session_time(start, end, always_zone=True) == "Monday 23 November 2026, 10am to 1pm (GMT)"


@pytest.mark.parametrize(
    ("local", "said"),
    [
        (_local(LONDON, 2026, 11, 23, 19, 12), "7:12pm"),
        (_local(LONDON, 2026, 11, 24, 9), "9am on Tuesday 24 November"),
        (_local(LOS_ANGELES, 2026, 11, 23, 19, 12), "11:12am (PST)"),
        (_local(LOS_ANGELES, 2026, 11, 24, 19, 12), "11:12am on Tuesday 24 November (PST)"),
    ],
)
def test_a_place_is_held_until_a_time_and_a_day_unless_it_is_today(local: datetime, said: str) -> None:
    assert when.until(local, datetime(2026, 11, 23, 18, 42, tzinfo=UTC)) == said


@pytest.mark.parametrize(
    ("local", "said"),
    [
        (_local(LONDON, 2026, 11, 23, 10, 30), "23 November 2026, 10:30am"),
        (_local(LONDON, 2027, 10, 31, 0, 30), "31 October 2027, 1:30am (BST)"),
        (_local(LONDON, 2027, 10, 31, 1, 30), "31 October 2027, 1:30am (GMT)"),
        (_local(KATHMANDU, 2026, 11, 23, 18, 15), "24 November 2026, 12am (GMT+5:45)"),
    ],
)
def test_a_moment_has_its_zone_where_the_clock_alone_does_not_say_it(local: datetime, said: str) -> None:
    assert when.moment(local) == said
