"""/admin/insights/: every KPI on a page, and as a spreadsheet."""

import csv
import json
import re
from datetime import date
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from insights.admin import drilldown
from insights.admin.dashboard_query import DashboardQuery
from insights.kpis.filters import Filter
from insights.kpis.registry import REGISTRY
from insights.rollups.refresh import rebuild
from payments.enums import DiscrepancyKind
from payments.models import Discrepancy
from portal.accounts.roles import Role
from portal.activity.models import Activity, ActivityEvent
from tests.factories import BookingFactory, MediaItemFactory
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/insights/"
DAYS = {"from": "2026-03-10", "to": "2026-03-11"}


@pytest.fixture(autouse=True)
def _password_is_enough(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def test_the_page_shows_every_kpi_once() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        rebuild()
    page = signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()
    assert [page.count(f'id="kpi-{key}"') for key in REGISTRY] == [1] * len(REGISTRY)
    assert "10 March 2026 to 11 March 2026, compared with 8 March 2026 to 9 March 2026" in page


def test_a_filter_that_cannot_be_applied_is_explained_on_the_page() -> None:
    asked = {"from": "2026-03-10", "to": "2026-03-01", "compare": "none"}
    response = signed_in(Role.MANAGER).get(ADDRESS, asked)
    page = response.content.decode()
    assert (response.status_code, "Swap “from” and “to”" in page) == (400, True)
    assert ('value="2026-03-10"' in page, '<option value="none" selected>' in page) == (True, True)


def test_a_period_without_activity_says_so() -> None:
    assert "no activity in this period" in signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()


@pytest.mark.parametrize(("compare", "read"), [("previous", True), ("none", False)])
def test_the_previous_period_is_read_only_to_compare_with(compare: str, read: bool) -> None:
    manager = signed_in(Role.MANAGER)
    with CaptureQueriesContext(connection) as asked:
        assert manager.get(ADDRESS, {**DAYS, "compare": compare}).status_code == 200
    of_rollups = [query["sql"] for query in asked if "insights_daily" in query["sql"]]
    assert any("2026-03-10" in sql for sql in of_rollups)
    assert any("2026-03-08" in sql for sql in of_rollups) is read
    assert len(of_rollups) == len(set(of_rollups)), "no query runs twice"


def test_the_spreadsheet_has_the_whole_and_each_day() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        rebuild()
    text = signed_in(Role.MANAGER).get(ADDRESS, {**DAYS, "export": "csv"}).content.decode()
    found = [tuple(row) for row in csv.reader(text.splitlines()) if row[0] == "bookings_made"]
    about = ("bookings_made", "Bookings made", "count")
    assert found == [(*about, "", "", "1"), (*about, "2026-03-10", "", "1"), (*about, "2026-03-11", "", "0")]


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.CAREGIVER, 403), (Role.EDITOR, 403), (Role.COORDINATOR, 403),
        (Role.FINANCE, 200), (Role.MANAGER, 200), (Role.ADMINISTRATOR, 200),
    ],
)  # fmt: skip
def test_page_exports_and_json_are_for_the_roles_that_may_see_the_dashboard(role: Role, status: int) -> None:
    client = signed_in(role)
    questions = ("", "?export=csv", "?export=xlsx", "?export=csv&table=status_mix", "data.json")
    assert {question: client.get(f"{ADDRESS}{question}").status_code for question in questions} == dict.fromkeys(
        questions, status
    )


def test_the_signed_out_are_sent_to_sign_in() -> None:
    for question in ("", "?export=csv", "data.json"):
        assert Client().get(f"{ADDRESS}{question}").headers["Location"].startswith("/accounts/login/")


def test_without_comparison_the_previous_period_is_not_mentioned() -> None:
    page = signed_in(Role.MANAGER).get(ADDRESS, {**DAYS, "compare": "none"}).content.decode()
    assert "compared with" not in page
    assert "Change from previous period" not in page
    refused = signed_in(Role.MANAGER).get(ADDRESS, {**DAYS, "compare": "everything"})
    assert (refused.status_code, "must be “previous” or “none”" in refused.content.decode()) == (400, True)


def test_future_days_are_compared_with_nothing_and_the_choice_is_kept() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        page = signed_in(Role.MANAGER).get(ADDRESS, {"from": "2026-03-11", "to": "2026-03-12"}).content.decode()
    assert "compared with" not in page
    assert "compare=previous" in page


def test_presets_keep_service_and_comparison_and_say_which_is_shown() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        question = DashboardQuery.read({"compare": "none"})
        presets = {label: (address, current) for address, label, current in question.presets}
    assert presets["30 days"] == ("?from=2026-02-09&to=2026-03-10&service=&compare=none", True)
    assert presets["Last month"] == ("?from=2026-02-01&to=2026-02-28&service=&compare=none", False)


def charts(client: Client, **question: str) -> dict[str, Any]:
    """The charts' numbers as the browser gets them, by heading."""
    page = client.get(ADDRESS, {**DAYS, **question}).content.decode()
    found = [json.loads(text) for text in re.findall(r'<script type="application/json">(.*?)</script>', page)]
    return {chart["heading"]: chart for chart in found if "lines" in chart}


def test_a_chart_has_its_numbers_and_leads_to_what_is_behind_them() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        service = BookingFactory().session.service
        rebuild()
        drawn = charts(signed_in(Role.MANAGER), service=service.slug)
    made = drawn["Bookings per day"]
    assert made["labels"] == ["2026-03-10", "2026-03-11"]
    assert [(line["name"], line["values"]) for line in made["lines"]] == [
        ("Bookings made", [1, 0]), ("Previous period", [0, 0]),
    ]  # fmt: skip
    listing = "/admin/snippets/bookings/booking/"
    assert made["link"] == f"{listing}?created_at_from={{day}}&created_at_to={{day}}&session__service={service.pk}"
    statuses = drawn["Bookings by status"]
    waiting = statuses["labels"].index("Awaiting deposit")
    period = "created_at_from=2026-03-10&created_at_to=2026-03-11"
    assert statuses["links"][waiting] == f"{listing}?{period}&session__service={service.pk}&status=awaiting_deposit"


def test_no_link_leads_where_the_viewer_may_not_go() -> None:
    class Nobody:
        def has_perm(self, perm: str) -> bool:
            return False

    asked = Filter(date(2026, 3, 10), date(2026, 3, 11))
    for listing in (
        drilldown.BOOKINGS,
        drilldown.DEPOSITS,
        drilldown.ATTEMPTS,
        drilldown.NOTIFICATIONS,
        drilldown.EVENTS,
    ):
        assert (listing.of_day(Nobody(), asked), listing.of_period(Nobody(), asked)) == ("", "")


def test_today_is_on_the_home_page_of_those_who_may_see_the_dashboard() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        BookingFactory()
        Discrepancy.objects.create(kind=DiscrepancyKind.STATUS_DIFFERS, stripe_object_id="pi_1")
        rebuild()
        home = signed_in(Role.MANAGER).get("/admin/").content.decode()
        finance = signed_in(Role.FINANCE).get("/admin/").content.decode()
        others = signed_in(Role.EDITOR).get("/admin/").content.decode()
    assert re.search(r"<dt>Bookings made</dt>\s*<dd class=\"insights-value\">1</dd>", home)
    assert "1 difference between our ledger and Stripe needs attention from finance." in home
    assert ('href="/admin/reconciliation/">View' in home, 'href="/admin/reconciliation/">View' in finance) == (
        False,
        True,
    )
    assert "insights-today" not in others


def test_the_most_popular_items_are_shown_by_their_titles() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        item = MediaItemFactory(title="A quiet minute", slug="long-" * 20)
        for slug in (item.slug[:64], "deleted-since"):
            ActivityEvent.objects.create(activity=Activity.MEDIA_PLAYED, object_id=slug)
        rebuild()
        popular = charts(signed_in(Role.MANAGER))["Most popular items"]
    assert sorted(zip(popular["labels"], popular["lines"][0]["values"], strict=True)) == [
        ("A quiet minute", 1), ("Deleted-since", 1),
    ]  # fmt: skip


def test_the_most_popular_item_is_compared_with_all_uses_not_only_the_ten_shown() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        for n in range(12):
            ActivityEvent.objects.create(activity=Activity.MEDIA_PLAYED, object_id=f"film-{n:02}")
        rebuild()
        page = signed_in(Role.MANAGER).get(ADDRESS, DAYS).content.decode()
    assert "Most common: “Film-00”, 1 of 12 plays and downloads (8%)." in page


def test_what_has_no_service_says_so_when_a_service_is_chosen() -> None:
    with time_machine.travel("2026-03-10T12:00:00Z"):
        service = BookingFactory().session.service
        ActivityEvent.objects.create(activity=Activity.MEDIA_PLAYED, object_id="film")
        rebuild()
        manager = signed_in(Role.MANAGER)
        whole = manager.get(ADDRESS, DAYS).content.decode()
        narrowed = manager.get(ADDRESS, {**DAYS, "service": service.slug}).content.decode()
    said = "Highest on Tuesday 10 March 2026: 1. Includes all services."
    assert (said in whole, narrowed.count(said)) == (False, 1)
    assert "Emails are for all services, deposits for the chosen one." in narrowed


def test_a_dashboard_without_a_worker_says_since_when() -> None:
    said = "The dashboard was last updated at 1pm on Wednesday 10 June 2026."
    manager = signed_in(Role.MANAGER)
    assert "The dashboard has no data yet." in manager.get(ADDRESS).content.decode()
    with time_machine.travel("2026-06-10T12:00:00Z", tick=False):
        rebuild()
    for minutes, late in ((9, False), (10, True)):
        with time_machine.travel(f"2026-06-10T12:{minutes:02}:00Z", tick=False):
            assert [said in manager.get(address).content.decode() for address in (ADDRESS, "/admin/")] == [late] * 2
