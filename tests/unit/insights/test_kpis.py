"""Every KPI, to the digit, against plain Python over the rows (`expected.py`), on a `world` of random rows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db.models import ProtectedError

from insights.kpis.aggregates import Sums
from insights.kpis.definition import Kpi, Unit, percentile
from insights.kpis.filters import BadFilter, Filter
from insights.kpis.registry import REGISTRY
from insights.kpis.results import answer
from insights.rollups.refresh import rebuild, refresh
from insights.rollups.verify import verify
from portal.activity.models import Activity, ActivityEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Service
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.expected import EXPECTED, Rows, Selected, expected
from tests.unit.insights.history import booked, declined, moved, paid, refunded
from tests.unit.insights.world import make_world

pytestmark = pytest.mark.django_db
LATER = datetime(2028, 4, 6, 9, tzinfo=UTC)
WHOLE = ("2027-10-25", "2028-04-02")


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    with time_machine.travel(LATER):
        yield


@pytest.fixture
def world() -> dict[str, Service]:
    services = make_world()
    rebuild()
    return services


def values(asked: Filter) -> dict[str, Any]:
    return {key: result.value for key, result in answer(asked).items()}


def wrong(found: dict[str, Any], right: dict[str, Any], *about: Any) -> dict[Any, Any]:
    """(filter, KPI): (value, right value) of all that differ."""
    return {(*about, key): (found[key], right[key]) for key in right if found[key] != right[key]}


def test_every_kpi_of_the_registry_has_an_independent_expected_value() -> None:
    assert set(EXPECTED) == set(REGISTRY)


def test_every_kpi_of_every_range_and_service_equals_the_rows(world: dict[str, Service]) -> None:
    rows, found = Rows.read(), {}  # type: ignore[var-annotated]
    for first, last in (
        WHOLE,
        ("2028-02-28", "2028-03-27"),
        ("2028-02-29", "2028-02-29"),  # the leap day
        ("2028-03-25", "2028-03-25"),
        ("2028-03-26", "2028-03-26"),  # 23 hours
        ("2028-03-27", "2028-03-27"),
        ("2027-10-31", "2027-10-31"),  # 25 hours
        ("2027-11-01", "2027-11-02"),
        ("2027-12-01", "2027-12-31"),  # nothing happened
        ("2030-01-01", "2030-01-31"),  # nothing can have happened
    ):
        for slug in ("", *world):
            asked = Filter.read({"from": first, "to": last, "service": slug})
            right = expected(Selected(rows, asked.first, asked.last, asked.service_id))
            found |= wrong(values(asked), right, first, last, slug)
    assert found == {}


def test_the_world_has_a_value_for_every_kpi_in_every_season(world: dict[str, Service]) -> None:
    empty = {
        (first, key)
        for first, last in (("2027-10-29", "2027-11-03"), ("2028-02-27", "2028-03-03"), ("2028-03-24", "2028-03-29"))
        for key, value in values(Filter.read({"from": first, "to": last})).items()
        if not value
    }
    assert empty == set()
    found = values(Filter.read({"from": WHOLE[0], "to": WHOLE[1]}))
    for key in ("declines_by_reason", "media_top"):  # the largest first, equals by name
        assert list(found[key].items()) == sorted(found[key].items(), key=lambda pair: (-pair[1], pair[0]))
    assert (len(found["media_top"]), list(found["deposits_taken"])) == (10, ["EUR", "GBP", "JPY"])


def test_every_day_of_a_series_is_that_day_asked_for_alone(world: dict[str, Service]) -> None:
    rows, found = Rows.read(), {}  # type: ignore[var-annotated]
    for first, last in (("2028-02-27", "2028-03-02"), ("2028-03-25", "2028-03-28"), ("2027-10-30", "2027-11-02")):
        asked = Filter.read({"from": first, "to": last})
        results = answer(asked)
        with_series = {key: dict(result.series) for key, result in results.items() if result.series}
        assert with_series.keys() == {key for key, kpi in REGISTRY.items() if has_series(kpi)}
        for day in asked.days:
            right = {key: value for key, value in expected(Selected(rows, day, day)).items() if key in with_series}
            found |= wrong({key: series[day] for key, series in with_series.items()}, right, day)
    assert found == {}


def has_series(kpi: Kpi) -> bool:
    return not kpi.now_only and kpi.unit is not Unit.BREAKDOWN


def test_the_previous_period_is_as_many_days_just_before(world: dict[str, Service]) -> None:
    results = answer(Filter.read({"from": "2028-03-01", "to": "2028-03-03", "service": "yen"}))
    right = expected(Selected(Rows.read(), date(2028, 2, 27), date(2028, 2, 29), world["yen"].pk))
    before = {key: result.previous for key, result in results.items() if not result.kpi.now_only}
    assert before == {key: value for key, value in right.items() if key in before}


def test_without_any_row_counts_are_zero_shares_are_empty_and_money_has_no_currency() -> None:
    rebuild()
    nothing: dict[Unit, Any] = {Unit.COUNT: 0, Unit.RATIO: None, Unit.SECONDS: None, Unit.MONEY: {}, Unit.BREAKDOWN: {}}
    right = {key: nothing[kpi.unit] for key, kpi in REGISTRY.items()} | {"media_watch_time": 0}
    assert values(Filter(LATER.date(), LATER.date())) == right
    assert right == expected(Selected(Rows.read(), LATER.date(), LATER.date()))


def test_views_of_a_deleted_service_stay_in_all_and_cannot_be_filtered_for() -> None:
    gone = ServiceFactory(slug="gone")
    ActivityEvent.objects.create(activity=Activity.SERVICE_VIEWED, service_id=gone.pk)
    gone.delete()
    rebuild()
    assert values(Filter(LATER.date(), LATER.date()))["funnel_viewed"] == 1
    with pytest.raises(BadFilter):
        Filter.read({"service": "gone"})
    with pytest.raises(ProtectedError):  # what can be booked stays
        SessionFactory().service.delete()


def test_a_bookings_later_status_changes_the_day_it_was_made_on_and_no_other() -> None:
    made = datetime(2028, 2, 29, 23, 30, tzinfo=UTC)
    session = SessionFactory(service=ServiceFactory(), starts_at=made + timedelta(days=30))
    booking = booked(made, session)
    declined(booking, made + timedelta(minutes=5))
    with time_machine.travel(made + timedelta(minutes=6)):
        rebuild()
    leap_day = date(2028, 2, 29)
    assert statuses_of(leap_day, "awaiting_deposit", "confirmed", "completed", "no_show") == [1, 0, 0, 0]

    payment = paid(booking, made + timedelta(hours=1))  # the first of March
    seen_at(made + timedelta(hours=1))
    assert statuses_of(leap_day, "awaiting_deposit", "confirmed", "completed", "no_show") == [0, 1, 0, 0]
    assert values(Filter(leap_day, leap_day))["deposits_taken"] == {}
    assert values(Filter(date(2028, 3, 1), date(2028, 3, 1)))["deposits_taken"] == {"GBP": 1125}

    refunded(payment, 400, made + timedelta(days=2))
    seen_at(made + timedelta(days=2))
    assert values(Filter(date(2028, 3, 1), date(2028, 3, 1)))["refund_rate"] == 1.0
    assert values(Filter(date(2028, 3, 2), date(2028, 3, 2)))["deposits_net"] == {"GBP": -400}

    for status, found in ((BookingStatus.NO_SHOW, [0, 0, 0, 1]), (BookingStatus.COMPLETED, [0, 0, 1, 0])):
        moved(booking, status, made + timedelta(days=30, hours=4))
        seen_at(made + timedelta(days=30, hours=4))
        assert statuses_of(leap_day, "awaiting_deposit", "confirmed", "completed", "no_show") == found
    assert values(Filter(leap_day, leap_day))["funnel_attended"] == 1
    rows, whole = Rows.read(), Filter(leap_day, leap_day + timedelta(days=30))
    assert values(whole) == expected(Selected(rows, whole.first, whole.last))


def statuses_of(day: date, *statuses: str) -> list[Any]:
    found = values(Filter(day, day))
    return [found[f"bookings_{status}"] for status in statuses]


def seen_at(moment: datetime) -> None:
    """The worker reads on, two seconds after; nothing else is left to do."""
    with time_machine.travel(moment + timedelta(seconds=2)):
        refresh()
        assert verify() == []


def test_a_percentile_beyond_the_last_edge_is_the_last_edge() -> None:
    assert percentile(Sums(histograms={"m": Counter({0: 3})}), "m", 0.5) == 86400
    assert percentile(Sums(), "m", 0.5) is None
