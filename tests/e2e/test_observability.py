"""A real Prometheus scrapes the running portal; every panel and every alert finds data."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from ops.observability.dashboards import DASHBOARDS
from ops.observability.prometheus_process import prometheus, query
from ops.observability.rules import alerts, recorded
from tests.e2e.conftest import Stack, book, expect_paid, fill_card, press_pay, sign_in
from tests.services import free_port
from tests.unit.ops.observability.test_dashboards import expressions

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
PATIENCE_S = 90


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
    with prometheus(tmp_path, portal=stack.portal.removeprefix("http://"), port=port, every="1s"):
        time.sleep(3)  # a rate needs a scrape from before
        sign_in(page)
        page.goto("/book/?service=respite-care")
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
