"""Every page about accounts, on a phone and on a desk, light and dark: no axe violation, nothing wider than a phone."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page

from tests.e2e.conftest import PASSWORD, Stack, follow, sign_in
from tests.e2e.test_paying import axe_violations
from tests.e2e.test_privacy import mails_to, until

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]
WIDTHS: Final = (1280, 375)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
OF_COLOUR: Final = ("color-contrast", "link-in-text-block")  # all that a scheme changes
SCREENSHOTS: Final = os.environ.get("SCREENSHOTS", "")
LINK: Final = re.compile(r"http://\S+/accounts/\S+")

Pages = Iterator[str]


def flaws(page: Page, name: str) -> list[str]:
    """What is wrong with the page as it stands."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # or colours are on their way
            violations = axe_violations(page, *OF_COLOUR) if scheme == "dark" else axe_violations(page)
            found += [f"{name}, {width}, {scheme}: {violation}" for violation in violations]
            if SCREENSHOTS:
                page.screenshot(path=Path(SCREENSHOTS) / f"{name}-{width}-{scheme}.png", full_page=True)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{name}, {width}: scrolls sideways")
    page.set_viewport_size({"width": 1280, "height": 900})
    return found


def send(page: Page, label: str, text: str) -> None:
    """Fill in one field and send its form."""
    page.get_by_label(label, exact=True).fill(text)
    with page.expect_navigation():
        page.get_by_label(label, exact=True).press("Enter")


def link_mailed(stack: Stack, address: str, part: str) -> str:
    """The path of the link in the last email to `address`."""

    def links() -> list[str]:
        texts = [mail.get_body(("plain",)).get_content() for mail in mails_to(stack, address)]
        return [link for text in texts for link in LINK.findall(text) if part in link]

    return str(until(links)[-1]).partition("/accounts/")[2]


def app_code(secret: str) -> str:
    """What an authenticator app shows now, with time to type it in."""
    left = 30 - time.time() % 30
    if left < 5:
        time.sleep(left)
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def outside(page: Page, stack: Stack) -> Pages:
    """What somebody meets who is not signed in."""
    address = "zara.walker@example.com"
    page.goto("/privacy/")
    yield "privacy"
    page.goto("/accounts/login/")
    send(page, "Email", "")
    yield "sign-in-empty"
    page.get_by_label("Email").fill(address)
    send(page, "Password", "not the password")
    yield "sign-in-wrong"
    page.goto("/accounts/login/code/")
    yield "code-request"
    send(page, "Email", address)
    yield "code-confirm"
    send(page, "Code", "nonsense")
    yield "code-wrong"
    page.goto("/accounts/signup/")
    page.get_by_label("First name").fill("Zara")
    page.get_by_label("Last name").fill("Walker")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    send(page, "Email", address)
    yield "verification-sent"
    page.goto("/accounts/" + link_mailed(stack, address, "confirm-email"))
    yield "confirm-email"
    follow(page.get_by_role("button", name="Confirm"))
    page.context.clear_cookies()
    page.goto("/accounts/confirm-email/nonsense/")
    yield "confirm-email-over"
    page.goto("/accounts/password/reset/")
    yield "reset"
    send(page, "Email", address)
    yield "reset-done"
    page.goto("/accounts/" + link_mailed(stack, address, "password/reset/key"))
    yield "reset-key"
    page.get_by_label("New password", exact=True).fill("short")
    send(page, "New password again", "shorter")
    yield "reset-key-wrong"
    page.get_by_label("New password", exact=True).fill("four calm herons wade")
    send(page, "New password again", "four calm herons wade")
    yield "reset-key-done"
    page.goto("/accounts/password/reset/key/1-nonsense/")
    yield "reset-key-over"
    page.goto("/accounts/invitation/nonsense/")
    yield "invitation-over"
    page.goto("/accounts/inactive/")
    yield "account-closed"


def refusals(page: Page) -> Pages:
    """The pages that say no, to somebody who is not signed in."""
    page.goto("/nowhere/")
    yield "404"
    page.goto("/services/?service=%00")
    yield "400"
    page.goto("/accounts/password/reset/")
    page.evaluate("document.querySelector('.account-form [name=csrfmiddlewaretoken]').value = ''")
    send(page, "Email", "zara.walker@example.com")
    yield "403-form"
    for _ in range(4):
        page.goto("/accounts/password/reset/")
        send(page, "Email", "somebody.else@example.com")
    yield "429"


def caregiver(page: Page) -> Pages:
    """A caregiver's own account."""
    sign_in(page)
    for name, path in {
        "details": "/profile/", "your-data": "/profile/your-data/", "email": "/accounts/email/",
        "change-password": "/accounts/password/change/", "two-steps-off": "/accounts/2fa/",
        "sessions": "/accounts/sessions/", "sign-out": "/accounts/logout/", "403": "/admin/",
    }.items():  # fmt: skip
        page.goto(path)
        if name != "change-password":
            yield name
            continue
        send(page, "Current password", "wrong")
        yield "change-password-wrong"
    page.context.clear_cookies()
    sign_in(page, "caregiver2@example.com")  # who has nothing coming
    page.goto("/profile/your-data/")
    follow(page.get_by_role("button", name="Erase my account"))
    yield "erase-wrong"
    page.context.clear_cookies()


def second_step(page: Page) -> Pages:
    """Somebody on the staff sets up an app and uses it; the administrator resets it afterwards."""
    sign_in(page, "editor@example.com")
    page.goto("/accounts/2fa/totp/activate/")
    yield "reauthenticate-password"
    send(page, "Password", PASSWORD)
    yield "app-set-up"
    secret = page.locator(".secret").inner_text()
    send(page, "Code from the app", "000000")
    yield "app-set-up-wrong"
    send(page, "Code from the app", app_code(secret))
    page.get_by_role("heading", level=1, name="Recovery codes").wait_for()
    yield "recovery-codes"
    codes = page.locator(".recovery-codes li").all_inner_texts()
    page.goto("/accounts/2fa/recovery-codes/generate/")
    yield "recovery-codes-again"
    page.goto("/accounts/2fa/")
    yield "two-steps-on"
    page.goto("/accounts/2fa/webauthn/add/")
    yield "passkey-add"
    page.goto("/accounts/2fa/webauthn/")
    yield "passkeys"
    page.goto("/accounts/2fa/reauthenticate/")
    yield "reauthenticate-factor"
    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("editor@example.com")
    send(page, "Password", PASSWORD)
    page.wait_for_url("**/2fa/authenticate/")
    yield "second-step"
    send(page, "Code", "000000")
    yield "second-step-wrong"
    send(page, "Code", codes[0])
    page.wait_for_url("**/admin/")
    page.goto("/accounts/2fa/totp/deactivate/")
    send(page, "Code", codes[1])
    yield "app-remove"
    page.context.clear_cookies()


def administrator(page: Page, stack: Stack) -> Pages:
    """Accounts of colleagues in the admin, and the invitation that a new one follows."""
    sign_in(page, "admin@example.com")
    page.goto("/admin/users/new/")
    yield "admin-invite"
    page.get_by_label("Email").fill("new.colleague@example.com")
    page.get_by_label("First name").fill("Nina")
    page.get_by_label("Last name").fill("Newcombe")
    with page.expect_navigation():
        page.get_by_label("Last name").press("Enter")
    page.goto("/admin/users/?q=editor@example.com")
    follow(page.get_by_role("link", name="Edie Marsh"))
    yield "admin-user"
    page.get_by_role("button", name="Actions").first.click()
    follow(page.get_by_role("link", name="Reset the second step"))
    yield "admin-reset-factor"
    follow(page.get_by_role("button", name="Reset the second step"))
    yield "admin-reset-factor-wrong"
    page.get_by_label("is lost").check()
    follow(page.get_by_role("button", name="Reset the second step"))
    yield "admin-user-reset"
    page.context.clear_cookies()
    page.goto("/accounts/" + link_mailed(stack, "new.colleague@example.com", "invitation"))
    yield "invitation"
    send(page, "New password", "four calm herons wade")
    page.wait_for_url("**/accounts/login/")
    yield "invitation-accepted"


def all_pages(page: Page, stack: Stack) -> list[str]:
    """The flaws of every page."""
    found = []
    for pages in (outside(page, stack), refusals(page), caregiver(page), second_step(page), administrator(page, stack)):
        for name in pages:
            found += flaws(page, name)
    return found


def test_every_page_about_accounts_passes_axe_and_fits_a_phone(page: Page, stack: Stack) -> None:
    assert all_pages(page, stack) == []
