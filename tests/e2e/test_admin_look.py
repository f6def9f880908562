"""Each role's home page and each listing of ours, on a phone and on a desk, light and dark: readable, and whole."""

from typing import Final

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import sign_in
from tests.e2e.test_account_pages import OF_COLOUR, SCHEMES
from tests.e2e.test_paying import axe_violations
from tests.e2e.test_privacy import until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e of staff")]
PHONE: Final = 390
LISTINGS: Final = {
    "coordinator": (
        *("desk/", "desk/register/", "payments/payment/", "notifications/notification/"),
        *(f"snippets/bookings/{kind}/" for kind in ("booking", "session", "service", "closure", "question")),
        "snippets/home/contactmessage/",
    ),
    "editor": (
        *("snippets/media_library/mediaitem/", "snippets/media_library/category/"),
        *("snippets/notifications/messagetext/", "snippets/notifications/pagetext/"),
    ),
    "finance": (
        *(f"payments/{kind}/" for kind in ("payment", "paymentattempt", "refund", "dispute", "receivedevent")),
        *("payments/discrepancy/", "reconciliation/", "webhooks/", "audit/auditevent/", "insights/anomalies/"),
    ),
    "manager": (),
    "admin": ("users/",),
}
# What is cut off: wider than the page, or, on a desk, only to be seen by scrolling a table.
CUT_OFF: Final = """(phone) => {
    const main = document.querySelector("main"), found = [];
    if (document.documentElement.scrollWidth > document.documentElement.clientWidth) found.push("the page");
    if (main.scrollWidth > main.clientWidth) found.push("its main part");
    for (const table of phone ? [] : main.querySelectorAll("table")) {
        for (let box = table.parentElement; box !== main; box = box.parentElement) {
            const hides = getComputedStyle(box).overflowX !== "visible";
            if (hides && box.scrollWidth > box.clientWidth + 1) {
                const columns = [...table.querySelectorAll("th")].map((head) => head.offsetWidth).join(", ");
                found.push(`table in ${box.className}, ${box.scrollWidth} of ${box.clientWidth}: ${columns}`);
            }
        }
    }
    return found;
}"""


def found_on(page: Page) -> list[str]:
    """What is wrong with the page as it stands, at both widths and in both themes."""
    found = []
    for width in (1280, PHONE):
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            rules = OF_COLOUR if scheme == "dark" else ()
            found += [f"{width}, {scheme}: {violation}" for violation in axe_violations(page, *rules)]
        found += [f"{width}: cut off, {part}" for part in page.evaluate(CUT_OFF, width == PHONE)]
    page.set_viewport_size({"width": 1280, "height": 900})
    titles = page.locator("h1").count()
    return found if titles == 1 else [*found, f"{titles} titles"]


def with_discrepancies(page: Page) -> None:
    """Those that the demo planted, found."""
    page.goto("/admin/reconciliation/")
    page.get_by_role("button", name="Compare with Stripe now").click()

    def rows() -> int:
        page.goto("/admin/payments/discrepancy/")
        return page.locator("main tbody tr").count()

    until(rows)


@pytest.mark.parametrize("role", LISTINGS)
def test_home_page_and_listings_are_readable_and_whole(page: Page, role: str) -> None:
    sign_in(page, f"{role}@example.com")
    if role == "finance":
        with_discrepancies(page)
    found = []
    for address in ("", *LISTINGS[role]):
        reply = page.goto(f"/admin/{address}")
        assert reply is not None
        assert reply.status == 200, address
        page.locator("#wagtail-sidebar[data-wagtail-sidebar] nav").first.wait_for()
        found += [f"/admin/{address} {flaw}" for flaw in found_on(page)]
    assert found == []
