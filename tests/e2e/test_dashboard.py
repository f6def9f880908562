"""A manager reads the dashboard in a browser: filters, compares, opens tables, downloads, and follows a bar."""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Stack, sign_in
from tests.e2e.test_paying import axe_violations
from tests.e2e.test_privacy import until
from tests.services import ROOT

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
ADDRESS = "/admin/insights/"
SCREENSHOTS = Path(os.environ.get("VAR") or ROOT / "var") / "screenshots"


@pytest.fixture
def dashboard(page: Page) -> Page:
    """The last thirty days of all services, drawn."""
    sign_in(page, "manager@example.com")
    page.goto(ADDRESS)
    drawn(page)
    return page


def drawn(page: Page) -> None:
    """Every chart with something to show is there."""
    charts = page.locator(".insights-chart:has(canvas)")
    expect(page.locator(".insights-chart[data-drawn]")).to_have_count(charts.count())
    assert charts.count() > 5


def question(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query, keep_blank_values=True).items()}


def test_days_service_and_comparison_are_in_the_address_and_a_preset_keeps_them(dashboard: Page) -> None:
    expect(dashboard.get_by_text("compared with")).to_be_visible()
    dashboard.get_by_label("From", exact=True).fill("2026-01-05")
    dashboard.get_by_label("To", exact=True).fill("2026-02-03")
    dashboard.get_by_label("Service", exact=True).select_option(label="Overnight respite")
    dashboard.get_by_label("Compare with").select_option("none")
    dashboard.get_by_role("button", name="Show").click()
    expect(dashboard.get_by_text("5 January 2026 to 3 February 2026.")).to_be_visible()
    asked = {"from": "2026-01-05", "to": "2026-02-03", "service": "overnight-respite", "compare": "none"}
    assert question(dashboard) == asked
    dashboard.get_by_role("link", name="90 days").click()
    expect(dashboard.get_by_role("link", name="90 days")).to_have_attribute("aria-current", "true")
    assert {name: question(dashboard)[name] for name in ("service", "compare")} == {
        "service": "overnight-respite", "compare": "none",
    }  # fmt: skip
    expect(dashboard.get_by_label("Service", exact=True)).to_have_value("overnight-respite")
    dashboard.goto(f"{ADDRESS}?from=2026-02-03&to=2026-01-05")
    expect(dashboard.get_by_role("alert")).to_contain_text("Swap “from” and “to”")


def test_a_key_opens_the_table_the_spreadsheet_repeats_and_a_row_leads_to_its_listing(dashboard: Page) -> None:
    chart = dashboard.locator("#chart-status_mix")
    chart.locator("summary").focus()
    dashboard.keyboard.press("Enter")
    table = [row.split("\t") for row in chart.locator("tr").all_inner_texts()]
    with dashboard.expect_download() as taken:
        chart.get_by_role("link", name="CSV").click()
    with Path(taken.value.path()).open() as file:
        assert list(csv.reader(file)) == table
    counts = dict(table[1:])
    chart.get_by_role("link", name="Cancelled").click()
    dashboard.wait_for_url("**/snippets/bookings/booking/**")
    assert question(dashboard)["status"] == "cancelled"
    expect(dashboard.locator("table.listing tbody tr")).to_have_count(int(counts["Cancelled"]))


def test_a_bar_leads_to_the_attempts_behind_it(dashboard: Page) -> None:
    chart = dashboard.locator("#chart-declines_by_reason")
    chart.scroll_into_view_if_needed()
    most = int(chart.locator("p").first.inner_text().split("”, ")[1].split(" of ")[0])
    bar = chart.locator("canvas").evaluate(
        "(canvas) => window.Chart.getChart(canvas).getDatasetMeta(0).data[0].getProps(['x', 'y'])"
    )
    chart.locator("canvas").click(position={"x": bar["x"] - 5, "y": bar["y"]})
    dashboard.wait_for_url("**/payments/paymentattempt/**")
    assert question(dashboard)["outcome__exact"] == "failed"
    expect(dashboard.locator("table.listing tbody tr")).to_have_count(most)


REFUNDED = """(canvas) => {
    const chart = window.Chart.getChart(canvas);
    const day = chart.data.datasets[1].data.findIndex((value) => value > 0);
    const bar = chart.getDatasetMeta(1).data[day].getProps(["x", "y", "base"]);
    return { x: bar.x, y: (bar.y + bar.base) / 2 };
}"""


def test_a_bar_of_refunds_leads_finance_to_refunds_and_not_to_the_deposits_beside_it(page: Page) -> None:
    sign_in(page, "finance@example.com")
    page.goto(ADDRESS)
    drawn(page)
    canvas = page.locator("#chart-deposits_gbp canvas")
    canvas.scroll_into_view_if_needed()
    canvas.click(position=canvas.evaluate(REFUNDED))
    page.wait_for_url("**/payments/refund/**")
    asked = {name: question(page)[name] for name in ("status__exact", "payment__currency")}
    assert asked == {"status__exact": "succeeded", "payment__currency": "GBP"}
    expect(page.locator("table.listing tbody tr").first).to_be_visible()


def test_charts_follow_the_theme_and_nothing_moves(dashboard: Page) -> None:
    chart = "window.Chart.getChart(document.querySelector('#chart-bookings_made canvas')).options"

    def colour() -> str:
        dashboard.wait_for_timeout(100)  # the page's policy forbids Playwright's own polling
        return str(dashboard.evaluate(f"{chart}.scales.x.ticks.color"))

    dashboard.emulate_media(color_scheme="light")
    light = colour()
    dashboard.emulate_media(color_scheme="dark")
    until(lambda: colour() != light)
    dashboard.evaluate("document.documentElement.classList.replace('w-theme-system', 'w-theme-light')")
    until(lambda: colour() == light)
    assert dashboard.evaluate(f"{chart}.animation") is False


@pytest.fixture(params=["light", "dark"])
def themed(browser: Browser, stack: Stack, request: pytest.FixtureRequest) -> Iterator[tuple[Page, str]]:
    """A manager, signed in, and the theme."""
    with browser.new_context(base_url=stack.portal, color_scheme=request.param) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        sign_in(page, "manager@example.com")
        yield page, request.param


@pytest.mark.slow
def test_page_and_panel_are_accessible_fit_a_phone_and_are_kept_as_pictures(themed: tuple[Page, str]) -> None:
    page, theme = themed
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for name, address in (("dashboard", ADDRESS), ("panel", "/admin/")):
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 1400})
            page.goto(address)
            if name == "dashboard":
                drawn(page)
                page.locator("#chart-bookings_made summary").click()
            assert page.get_by_role("heading", name="Today" if name == "panel" else "At a glance").count() == 1
            assert axe_violations(page) == [], (name, theme, width)
            assert page.evaluate("document.documentElement.scrollWidth") == width, (name, theme)
            page.screenshot(path=SCREENSHOTS / f"{name}-{theme}-{width}.png")
