"""Anomalies are opened once, updated, emailed once, and closed when the KPI is back to normal."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from prometheus_client.registry import REGISTRY as PROMETHEUS

from insights.anomalies.booking_gap import BOOKING_GAP
from insights.anomalies.detect import detect
from insights.anomalies.judging import Severity
from insights.anomalies.models import Anomaly, AnomalySettings
from insights.anomalies.queries import OpenAnomaly, open_anomalies
from insights.kpis.registry import watched_kpis
from insights.tasks import find_anomalies
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.common import clock
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import MessageText, Notification
from tests.factories import UserFactory
from tests.unit.insights.anomalies.history import DAY, MORNING, bookings_at, read_to, tried, weeks_of_tries

pytestmark = pytest.mark.django_db
KPI = "attempt_failure_rate"


@pytest.fixture(autouse=True)
def _the_morning_after() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=False):
        yield


@pytest.fixture
def failing() -> None:
    """On DAY 62 of 200 attempts failed, where 12 are usual."""
    weeks_of_tries()
    tried(DAY, failed=62)
    read_to(MORNING)


@pytest.fixture
def manager() -> User:
    return member(Role.MANAGER, email="maya@example.com", first_name="Maya")


def member(role: Role, **fields: str) -> User:
    user: User = UserFactory(**fields)
    user.groups.add(Group.objects.get(name=role.value))
    return user


def a_day_later(*, failed: int, of: int = 200) -> int:
    """Another day passes, on which `failed` failed; returns how many KPIs are unusual."""
    newest = clock.reporting_day(clock.now())
    tried(newest, failed=failed, of=of)
    with time_machine.travel(clock.now() + timedelta(days=1), tick=False):
        read_to(clock.now())
        return detect()


@pytest.mark.usefixtures("failing")
def test_an_anomaly_says_what_when_how_bad_and_why() -> None:
    assert find_anomalies() == 1
    [found] = open_anomalies()
    assert found == OpenAnomaly(
        kpi=KPI,
        name="Attempt failure rate",
        first_day=DAY,
        day=DAY,
        value="31%",
        expected="1.3% to 14%",
        severity=Severity.CRITICAL,
        reason="Yesterday: 31% of payment attempts failed. On the previous 8 Tuesdays it was 6%.",
        found_at=MORNING,
    )
    with time_machine.travel(MORNING + timedelta(days=1)):
        assert open_anomalies()[0].reason.startswith("Tuesday 10 March: 31% of payment attempts")


def test_a_normal_day_has_no_anomaly(manager: User) -> None:
    weeks_of_tries()
    tried(DAY, failed=12)
    read_to(MORNING)
    assert (detect(), open_anomalies(), Notification.objects.count()) == (0, [], 0)


@pytest.mark.parametrize("known", ["nothing", "a cursor", "today only"])
def test_without_a_past_there_is_no_anomaly(known: str) -> None:
    if known != "nothing":
        read_to(MORNING)
    if known == "today only":
        tried(MORNING.date(), failed=200)
    assert detect() == 0


@pytest.mark.usefixtures("failing")
def test_however_often_it_runs_there_is_one_anomaly_and_one_email(manager: User) -> None:
    assert [detect() for _ in range(3)] == [1, 1, 1]
    assert (Anomaly.objects.count(), Notification.objects.count()) == (1, 1)


@pytest.mark.usefixtures("failing")
def test_a_day_is_judged_once_the_roll_ups_are_two_hours_past_its_end() -> None:
    read_to(datetime(2026, 3, 11, 1, 59, tzinfo=UTC))
    assert detect() == 0
    read_to(datetime(2026, 3, 11, 2, 0, tzinfo=UTC))
    assert detect() == 1


@pytest.mark.usefixtures("failing")
def test_what_goes_on_is_the_same_anomaly_updated(manager: User) -> None:
    detect()
    assert a_day_later(failed=90) == 1
    [row] = Anomaly.objects.all()
    assert (row.first_day, row.day, row.value) == (DAY, DAY + timedelta(days=1), 0.45)
    assert (row.found_at, Notification.objects.count()) == (MORNING, 1)


@pytest.mark.usefixtures("failing")
def test_it_is_closed_when_back_to_normal_and_opened_anew_later(manager: User) -> None:
    detect()
    with time_machine.travel(MORNING, tick=False) as now:
        assert a_day_later(failed=12) == 0
        assert Anomaly.objects.get().closed_at == MORNING + timedelta(days=1)
        now.shift(timedelta(days=1))
        assert a_day_later(failed=70) == 1
    assert (Anomaly.objects.count(), Notification.objects.count()) == (2, 2)


@pytest.mark.usefixtures("failing")
def test_a_day_with_too_little_data_leaves_the_anomaly_open() -> None:
    detect()
    assert a_day_later(failed=3, of=5) == 1


@pytest.mark.usefixtures("failing")
def test_what_cannot_be_judged_for_a_fortnight_is_closed() -> None:
    detect()
    for days, unusual in ((14, 1), (15, 0)):
        with time_machine.travel(MORNING + timedelta(days=days - 1)):
            read_to(clock.now())
            assert detect() == unusual


@pytest.mark.usefixtures("failing")
def test_a_corrected_day_closes_it_and_nobody_is_told_twice(manager: User) -> None:
    detect()
    tried(DAY, failed=12)
    assert detect() == 0
    tried(DAY, failed=62)
    assert detect() == 1
    assert (Anomaly.objects.count(), Notification.objects.count()) == (1, 1)


@pytest.mark.usefixtures("failing")
def test_what_is_not_watched_is_closed_and_not_found_again() -> None:
    detect()
    AnomalySettings.objects.update(watched=[BOOKING_GAP])
    assert [detect(), detect()] == [0, 0]


@pytest.mark.usefixtures("failing")
def test_the_thresholds_come_from_the_settings() -> None:
    AnomalySettings.load()
    AnomalySettings.objects.update(closed_days="2026-03-10\n")
    assert detect() == 0
    AnomalySettings.objects.update(closed_days="", sensitivity=9)
    assert detect() == 0
    AnomalySettings.objects.update(sensitivity=7)
    assert detect() == 1


@pytest.mark.usefixtures("failing")
def test_the_email_gives_the_reason_with_its_date(manager: User, mailoutbox: list[object]) -> None:
    detect()
    assert (send_waiting(), len(mailoutbox)) == (1, 1)
    sent = Notification.objects.get()
    assert (sent.recipient, sent.subject) == (manager, "Unusual activity: Attempt failure rate")
    assert "Dear Maya,\n\n" in sent.body
    assert (
        "\n\nTuesday 10 March: 31% of payment attempts failed. On the previous 8 Tuesdays it was 6%.\n\n"
    ) in sent.body
    assert "See the anomalies: http://127.0.0.1:8000/admin/insights/anomalies/" in sent.body


@pytest.mark.usefixtures("failing")
def test_several_anomalies_are_one_email(manager: User) -> None:
    tuesdays = [
        datetime(2026, 3, 11, 8, tzinfo=UTC) - timedelta(weeks=n, minutes=-m) for n in range(1, 9) for m in range(20)
    ]
    bookings_at(*tuesdays, datetime(2026, 3, 11, 7, 30, tzinfo=UTC))
    assert detect() == 2
    sent = Notification.objects.get()
    assert sent.context["names"] == "Attempt failure rate, No bookings"
    assert sent.context["findings"].count("\n\n") == 1


@pytest.mark.usefixtures("failing")
def test_the_roles_of_the_settings_are_told_and_nobody_else() -> None:
    told = {member(role).email for role in (Role.FINANCE, Role.ADMINISTRATOR)}
    member(Role.MANAGER)
    AnomalySettings.load()
    AnomalySettings.objects.update(recipients=["Finance", "Administrator"])
    detect()
    assert {each.to for each in Notification.objects.all()} == told


@pytest.mark.usefixtures("failing")
def test_without_recipients_the_anomaly_is_only_shown(manager: User) -> None:
    AnomalySettings.load()
    AnomalySettings.objects.update(recipients=[])
    assert (detect(), Notification.objects.count()) == (1, 0)
    AnomalySettings.objects.update(recipients=["Manager"])
    assert (detect(), Notification.objects.count()) == (1, 0)


def test_editors_keep_the_wording() -> None:
    text = MessageText.objects.get(key="unusual_figures")
    text.full_clean()
    assert "{findings}" in text.body


def test_a_booking_gap_is_found_within_the_hour_and_closed_by_the_next_booking() -> None:
    day = timedelta(days=1)
    start = datetime(2026, 3, 11, 6, tzinfo=UTC)
    weeks = [start - timedelta(weeks=n) + timedelta(minutes=10 * m) for n in range(1, 9) for m in range(18)]
    bookings_at(*weeks, start)
    assert detect() == 1
    [found] = open_anomalies()
    assert (found.kpi, found.value, found.expected, found.severity) == (BOOKING_GAP, "0", "18 to 18", Severity.WARNING)
    assert found.reason == (
        "Today: No bookings since 6am. In the same 3 hours, each of the previous 8 weeks had 18 bookings."
    )
    bookings_at(MORNING)
    with time_machine.travel(MORNING + timedelta(minutes=10)):
        assert detect() == 0
    assert Anomaly.objects.get().day == MORNING.date() == (MORNING - day).date() + day


@pytest.mark.usefixtures("failing")
def test_the_metric_has_every_watched_kpi() -> None:
    def value(kpi: str) -> float | None:
        return PROMETHEUS.get_sample_value("portal_anomaly", {"kpi": kpi})

    assert {value(kpi) for kpi in watched_kpis()} == {0}
    detect()
    assert {kpi: value(kpi) for kpi in watched_kpis() if value(kpi)} == {KPI: 2}


@pytest.mark.usefixtures("failing")
def test_the_worst_comes_first() -> None:
    detect()
    Anomaly.objects.create(
        kpi="refunds_made", first_day=DAY, day=DAY, value=9, low=0, high=4, severity="warning", what="x"
    )
    assert [each.kpi for each in open_anomalies()] == [KPI, "refunds_made"]


@pytest.mark.usefixtures("failing")
def test_the_number_of_queries_is_bounded_whatever_was_found(manager: User) -> None:
    detect()
    with CaptureQueriesContext(
        connection,
    ) as asked:
        detect()
    assert len(asked) < 25
