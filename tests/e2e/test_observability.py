"""A real Prometheus scrapes the running portal; every panel and every alert finds data."""

import re
import time
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page
from prometheus_client.parser import text_string_to_metric_families

from ops.observability.dashboards import DASHBOARDS
from ops.observability.prometheus_process import prometheus, query
from ops.observability.rules import alerts, recorded
from tests.e2e.conftest import Stack, book, expect_paid, fill_card, press_pay, sign_in
from tests.services import free_port
from tests.unit.ops.observability.test_dashboards import expressions

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
PATIENCE_S = 90
FUNNEL = "portal_funnel_events_total"
SERVICE = "respite-care-at-home"
Counts = dict[tuple[str, ...], float]


def as_asked(expression: str) -> str:
    """The expression as Grafana would send it."""
    return expression.replace("$__range", "1h").replace("$__rate_interval", "1m")


def without_threshold(expression: str) -> str:
    """What an alert measures, whether or not it is too much."""
    return re.sub(r"\s*(>|>=)\s*[0-9.]+", "", expression)


def test_every_expression_returns_data(page: Page, stack: Stack, tmp_path: Path) -> None:
    port = free_port()
    asked = {as_asked(e) for name in DASHBOARDS for e in expressions(name)} | set(recorded())
    asked |= {without_threshold(a.expr) for a in alerts().values() if not a.expr.startswith("absent")}
    before = counted(stack)
    end = time.monotonic() + PATIENCE_S
    with prometheus(tmp_path, portal=stack.portal.removeprefix("http://"), port=port, every="1s"):
        while not query(port, "portal_security_events_total") and time.monotonic() < end:
            time.sleep(0.5)  # an increase needs a scrape from before
        refused(page)
        sign_in(page)
        book(page)
        fill_card(page, "4000000000000002")
        press_pay(page)
        page.get_by_role("alert").filter(has_text="declined").wait_for()
        fill_card(page, "4242424242424242")
        press_pay(page)
        expect_paid(page)
        empty = asked
        end = time.monotonic() + PATIENCE_S
        while empty and time.monotonic() < end:
            time.sleep(2)
            empty = {expression for expression in empty if not query(port, expression)}
    assert empty == set()
    assert_adds_up(stack, before)


def refused(page: Page) -> None:
    """A wrong password, so that the refusals of the security board have something to show."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("caregiver@example.com")
    page.get_by_label("Password", exact=True).fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("match an account").first.wait_for()


def counted(stack: Stack) -> Counts:
    """The portal's own counters, as one of the web workers tells them: (name, *label values in their names' order)."""
    families = text_string_to_metric_families(httpx.get(f"{stack.portal}/metrics").text)
    samples = [sample for family in families for sample in family.samples if sample.name.startswith("portal_")]
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for s in samples
        if s.name.endswith("_total")
    }


def assert_adds_up(stack: Stack, before: Counts) -> None:
    """One booking, declined once and paid: counted by web and Celery, the same whoever answers, naming nobody."""
    after = counted(stack)
    grown = {key: value - before.get(key, 0) for key, value in after.items() if value > before.get(key, 0)}
    by_browser = dict.fromkeys(in_funnel("service_viewed", "booking_started", "deposit_page_opened"), 1.0)
    assert {key: grown.get(key) for key in by_browser} == by_browser
    by_ledger = {
        *in_funnel("payment_attempted", "deposit_paid"),
        ("portal_payment_outcomes_total", "failed", "generic_decline"),
        ("portal_booking_transitions_total", "awaiting_deposit", SERVICE, "confirmed"),
    }
    assert by_ledger - grown.keys() == set()
    for again in (counted(stack) for _ in range(6)):
        assert {key: again[key] for key in after if key[0] == FUNNEL} == {
            k: n for k, n in after.items() if k[0] == FUNNEL
        }
    assert [key for key in after if any(looks_like_an_id(label) for label in key[1:])] == []


def in_funnel(*stages: str) -> list[tuple[str, ...]]:
    return [(FUNNEL, SERVICE, stage) for stage in stages]


def looks_like_an_id(label: str) -> bool:
    return bool(re.search(r"@|\d{2,}|^\d|[A-Z0-9]{4}-[A-Z0-9]{4}|^(pi|ch|re|evt|cus|dp)_", label))
