"""`python -m ops.demo.screenshots`: every page of the running demo at two widths in light and dark, on one sheet.

Writes VAR/screenshots/index.html with a picture of each page, as a stranger, a caregiver and members of staff see it.
Pages of a booking are those of the caregiver's own bookings.
"""

import argparse
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

from ops.demo import PASSWORD

FLAGS: Final = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
WIDTHS: Final = {"phone": (390, 844), "desktop": (1280, 900)}
SCHEMES: Final = ("light", "dark")
PATIENCE: Final = 60_000  # milliseconds


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks (an account of the demo, or nobody) at which addresses; `found` are patterns of links to follow."""

    name: str
    addresses: tuple[str, ...]
    found: tuple[str, ...] = ()


VISITORS: Final = (
    Visitor(
        "",
        (
            *("/", "/services/", "/services/day-programme/", "/deposit/", "/privacy/", "/terms/", "/contact/"),
            *("/questions/", "/our-people/", "/first-afternoon/", "/news/", "/news/garden-room/", "/search/?q=deposit"),
            *("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/not-there/"),
        ),
    ),
    Visitor(
        "caregiver",
        (
            *("/dashboard/", "/book/", "/book/?service=respite-care-at-home", "/book/?service=day-programme&weekday=7"),
            *(
                "/people/",
                "/people/add/",
                "/profile/",
                "/profile/your-data/",
                "/library/",
                "/accounts/email/",
                "/accounts/2fa/",
            ),
        ),
        (r"/bookings/[^/]+/$", r"/bookings/[^/]+/cancel/$", r"/bookings/[^/]+/receipt/", r"/balance/[^/]+/$"),
    ),
    Visitor(
        "coordinator",
        (
            *("/admin/", "/admin/desk/", "/admin/desk/phone/", "/admin/desk/search/?q=Okafor"),
            *("/admin/snippets/bookings/booking/", "/admin/snippets/bookings/session/"),
            *("/admin/snippets/bookings/service/", "/admin/snippets/bookings/closure/"),
        ),
        (r"/admin/desk/families/\d+/$", r"/admin/desk/register/"),
    ),
    Visitor("finance", ("/admin/", "/admin/payments/payment/", "/admin/reconciliation/", "/admin/webhooks/")),
    Visitor("manager", ("/admin/", "/admin/insights/")),
    Visitor(
        "editor",
        ("/admin/", "/admin/snippets/organisation/sitesettings/", "/admin/snippets/notifications/pagetext/"),
    ),
)


def main() -> None:
    """Take every picture, then write the sheet."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--portal", default="http://127.0.0.1:8000", help="where the demo answers")
    portal = options.parse_args().portal
    folder = Path(os.environ.get("VAR") or "var") / "screenshots"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        taken = [picture for visitor in VISITORS for picture in _pictures(browser, portal, visitor, folder)]
        browser.close()
    (folder / "index.html").write_text(_sheet(taken))
    print(f"{len(taken)} pictures: {folder / 'index.html'}")


def _pictures(browser: Browser, portal: str, visitor: Visitor, folder: Path) -> Iterator[tuple[str, Path]]:
    """Caption and file of each picture of what one visitor sees."""
    context = browser.new_context(base_url=portal)
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    if visitor.name:
        _sign_in(page, f"{visitor.name}@example.com")
    for address in (*visitor.addresses, *_followed(page, visitor)):
        for width, size in WIDTHS.items():
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for scheme in SCHEMES:  # loaded in each: the card form takes its colours as it starts
                page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
                page.goto(address, wait_until="networkidle")
                file = folder / (re.sub(r"\W+", "-", f"{visitor.name}{address}-{width}-{scheme}").strip("-") + ".png")
                page.screenshot(path=file, full_page=True)
                yield f"{visitor.name or 'stranger'} {address} {width} {scheme}", file
    context.close()


def _sign_in(page: Page, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/dashboard/|/admin/"))


def _followed(page: Page, visitor: Visitor) -> Iterator[str]:
    """For each pattern, the first link that fits it on the visitor's pages, or on one found before."""
    seen = [*visitor.addresses]
    for pattern in visitor.found:
        for address in list(seen):
            page.goto(address)
            links = page.locator("a, form[action]").evaluate_all(
                "all => all.map((one) => one.getAttribute('href') || one.getAttribute('action') || '')"
            )
            fitting = next((link for link in links if re.search(pattern, link)), None)
            if fitting:
                seen.append(fitting)
                yield fitting
                break


def _sheet(pictures: list[tuple[str, Path]]) -> str:
    figures = "\n".join(
        f'<figure><a href="{file.name}"><img src="{file.name}" loading="lazy" alt=""></a>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
        for caption, file in pictures
    )
    style = "body{display:flex;flex-wrap:wrap;gap:1rem;font:14px sans-serif}img{height:480px;border:1px solid #999}"
    return f'<!DOCTYPE html><html lang="en"><title>Screenshots</title><style>{style}</style>\n{figures}\n</html>\n'


if __name__ == "__main__":
    main()
