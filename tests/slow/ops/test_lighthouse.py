"""Lighthouse on the stack behind nginx: a stranger's pages, and a caregiver's on the way to a deposit."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from ops.lighthouse import FLAGS, score
from ops.stack.program import free_port
from ops.stack.stack import Stack
from tests.conftest import CHROMIUM
from tests.e2e.conftest import book, sign_in

pytestmark = [pytest.mark.slow, pytest.mark.quiet]
PERFORMANCE = 95
LCP_MS = 1800
TRIES = 3  # a neighbour on the machine costs a page its time; only time is tried again


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    sandbox = str(free_port())
    # Stripe is another site than ours, and gets none of our cookies: so must the sandbox be.
    environment = {"SANDBOX_PORT": sandbox, "STRIPE_JS_URL": f"http://localhost:{sandbox}/v3/"}
    with Stack(tmp_path_factory.mktemp("stack"), proxy=True, environment=environment) as running:
        yield running


@pytest.fixture
def judged(tmp_path: Path) -> "Judged":
    """Judges pages as the visitor sees them whose profile the test fills, or a stranger."""
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    return Judged(tmp_path)


def test_a_strangers_pages_are_fast_and_without_fault(stack: Stack, judged: "Judged") -> None:
    assert stack.proxy is not None
    assert judged.page(stack.proxy.url) == []
    assert judged.page(f"{stack.proxy.url}/services/") == []
    assert judged.page(f"{stack.proxy.url}/services/day-programme/") == []


def test_a_caregivers_pages_are_fast_and_without_fault(stack: Stack, judged: "Judged") -> None:
    assert stack.proxy is not None
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch_persistent_context(
            str(judged.profile), executable_path=CHROMIUM, base_url=stack.proxy.url, args=FLAGS.split()
        ) as context,
    ):
        page = context.new_page()
        sign_in(page)
        book(page)
        deposit = page.url
    assert judged.page(f"{stack.proxy.url}/book/", public=False) == []
    assert judged.page(deposit, public=False) == []


class Judged:
    """`page` says what is less than promised of a page, with what cost it."""

    def __init__(self, folder: Path) -> None:
        self.profile, self.report = folder / "profile", folder / "report.json"

    def page(self, url: str, *, public: bool = True) -> list[str]:
        """Of three tries at most, where it is time alone."""
        least = {"performance": PERFORMANCE, "accessibility": 100, "best-practices": 100}
        if public:
            least["seo"] = 100
        for _ in range(TRIES):
            found = score(url, self.report, profile=self.profile)
            print(url, found.scores, f"LCP {found.lcp_ms} ms")
            low = [name for name, promised in least.items() if found.scores[name] < promised]
            late = [f"LCP {found.lcp_ms} ms"] if found.lcp_ms > LCP_MS else []
            if not set(low) <= {"performance"} or not (low or late):
                break
        return [f"{name} {found.scores[name]}" for name in low] + late + (found.wrong if low else [])
