"""`make demo` as a stranger meets it: SQLite, the filesystem broker, nothing installed; stopped and started again."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import Stack, book, expect_paid, fill_card, press_pay, sign_in, start, stop

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
COMPARED_WITHIN_S = 180
SECOND_START_S = 90  # 10 s on two free cores; the suite keeps both busy


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's folder, kept from one start to the next."""
    return tmp_path_factory.mktemp("demo")


@pytest.fixture
def demo(state: Path) -> Iterator[Stack]:
    """The demo, running."""
    running = start(state)
    yield running
    stop(running.process)


@pytest.fixture
def visitor(browser: Browser, demo: Stack) -> Iterator[Page]:
    """A browser in front of the demo."""
    context = browser.new_context(base_url=demo.portal, viewport={"width": 375, "height": 800})
    page = context.new_page()
    page.set_default_timeout(60_000)
    yield page
    context.close()


@pytest.fixture(scope="module")
def booked() -> dict[str, str]:
    """What the first start leaves for the second to find: the booking's `reference`."""
    return {}


def test_the_first_start_takes_a_booking_and_its_deposit(visitor: Page, demo: Stack, booked: dict[str, str]) -> None:
    sign_in(visitor)
    booked["reference"] = reference = book(visitor)
    fill_card(visitor, "4242424242424242")
    press_pay(visitor)
    expect_paid(visitor)
    assert [intent["status"] for intent in demo.intent_for(reference)] == ["succeeded"]
    assert (demo.var / "portal.sqlite3").exists()


@pytest.fixture
def timed_demo(state: Path) -> Iterator[tuple[float, Stack]]:
    """The demo, running, and the seconds that its start took."""
    began = time.monotonic()
    running = start(state)
    yield time.monotonic() - began, running
    stop(running.process)


def test_the_second_start_is_quick_and_keeps_what_was_booked(
    timed_demo: tuple[float, Stack], browser: Browser, booked: dict[str, str]
) -> None:
    took, demo = timed_demo
    with browser.new_context(base_url=demo.portal) as context:
        page = context.new_page()
        sign_in(page)
        page.get_by_role("link", name="Receipt").first.wait_for()
    assert [intent["status"] for intent in demo.intent_for(booked["reference"])] == ["succeeded"]
    assert took < SECOND_START_S


def test_finance_compares_half_a_year_and_finds_what_was_planted(visitor: Page, demo: Stack) -> None:
    sign_in(visitor, "finance@example.com")
    visitor.goto("/admin/reconciliation/")
    visitor.get_by_role("button", name="Compare with Stripe now").click()
    for _ in range(COMPARED_WITHIN_S):
        visitor.goto("/admin/reconciliation/")
        if visitor.get_by_text("Fee or balance transaction missing: 1").count():  # written when the run has ended
            break
        visitor.wait_for_timeout(1000)
    else:
        pytest.fail("the comparison did not end in time")
    kinds = visitor.locator("[role=region][aria-labelledby=discrepancies] tbody th")
    assert sorted(kinds.all_inner_texts()) == [
        "Amount or currency differs",
        "Charged twice for one booking",
        "In our ledger, not in Stripe",
        "Unmatched Stripe charge",
    ]


def test_media_come_from_the_cdn_and_ctrl_c_ends_everything_that_the_demo_started(state: Path) -> None:
    running = start(state, CDN="1")
    group = running.process.pid
    page = httpx.get(f"{running.portal}/library/", timeout=60)
    picture = re.findall(r"http://127\.0\.0\.1:\d+/media/public/[^\s\"]+", page.text)[0]
    assert picture.rpartition("/media/")[0] in page.headers["Content-Security-Policy"]
    assert [httpx.get(picture, timeout=60).headers["X-Cache"] for _ in range(2)] == ["MISS", "HIT"]
    stop(running.process)
    assert running.process.returncode is not None
    assert not _alive_with(state), f"left over from group {group}"


def _alive_with(state: Path) -> list[str]:
    """Command lines of processes that still run on this state folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes()
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if f"VAR={state}".encode() in environment:
            found.append(command.replace(b"\0", b" ").decode())
    return found
