"""A window listed in parts, side by side: everything once, in bounded memory, and the first error ends it."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from payments.domain.reconciliation.windows import MOST, listed, windows
from payments.gateway.base import GatewayUnreachable

START = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("window", "parts"),
    [(timedelta(hours=3), 1), (timedelta(days=1), 1), (timedelta(days=7, hours=2), 7), (timedelta(days=400), MOST)],
)
def test_parts_follow_each_other_without_gap_or_overlap(window: timedelta, parts: int) -> None:
    until = START + window
    found = windows(START, until)
    assert (len(found), found[0][0], found[-1][1]) == (parts, START, until)
    gaps = {after[0] - before[1] for before, after in pairwise(found)}
    assert gaps <= {timedelta(seconds=1)}


def by_the_hour(since: datetime, until: datetime) -> Iterator[datetime]:
    """One item at every full hour, both ends included, as Stripe's `created` filter has it."""
    hour = since.replace(minute=0, second=0)
    while hour <= until:
        if hour >= since:
            yield hour
        hour += timedelta(hours=1)


def test_everything_comes_once() -> None:
    until = START + timedelta(days=90)
    assert sorted(listed(by_the_hour, START, until)) == list(by_the_hour(START, until))


def test_a_short_list_of_a_long_window_is_asked_for_once() -> None:
    asked = []

    def few(since: datetime, until: datetime) -> Iterator[datetime]:
        asked.append((since, until))
        return iter([START] * 99)

    until = START + timedelta(days=90)
    assert list(listed(few, START, until)) == [START] * 99
    assert asked == [(START, until)]


def test_what_goes_wrong_in_one_part_ends_the_whole() -> None:
    def broken(since: datetime, until: datetime) -> Iterator[datetime]:
        if since > START + timedelta(days=5):
            raise GatewayUnreachable("timeout")
        return by_the_hour(since, until)

    with pytest.raises(GatewayUnreachable):
        list(listed(broken, START, START + timedelta(days=20)))


def test_a_reader_that_stops_early_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    items = listed(by_the_hour, START, START + timedelta(days=900))
    next(items)
    items.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
