"""The running portal (web, worker, beat, sandbox) and a browser in front of it."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.services import ROOT, free_port

PASSWORD = "demo-portal-2026"
STARTS_WITHIN = 420  # seconds: migrating and half a year of history, beside whatever else the machine does


@dataclass
class Stack:
    """Where the running portal and its sandbox answer."""

    portal: str
    sandbox: str
    var: Path
    process: subprocess.Popen[str]

    def faults(self, **faults: Any) -> None:
        """Have the sandbox misbehave."""
        httpx.post(f"{self.sandbox}/_control/faults", json=faults).raise_for_status()

    def release_webhooks(self) -> None:
        """Deliver what was held back."""
        self.faults(webhooks={"paused": False})
        httpx.post(f"{self.sandbox}/_control/release").raise_for_status()

    def intents(self) -> list[dict[str, Any]]:
        """Every PaymentIntent at Stripe."""
        key = {"Authorization": "Bearer sk_test_" + "demo" * 6}
        reply = httpx.get(f"{self.sandbox}/v1/payment_intents", params={"limit": 100}, headers=key)
        return list(reply.raise_for_status().json()["data"])

    def intent_for(self, reference: str) -> list[dict[str, Any]]:
        """The intents made for one booking."""
        return [i for i in self.intents() if i["metadata"].get("booking_reference") == reference]

    def mail_about(self, reference: str) -> list[str]:
        """Subjects of the emails that name a booking."""
        files = sorted((self.var / "mail").glob("*.eml"))
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        return [str(mail["Subject"]) for mail in mails if reference in _text_of(mail)]


def _text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body else ""


def start(var: Path, *, cwd: Path = ROOT, options: tuple[str, ...] = (), **environment: str) -> Stack:
    """Run `python -m ops.demo` in `cwd` until it says it is ready."""
    port, sandbox_port = free_port(), free_port()
    plain = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "BROKER_URL", "DJANGO_SETTINGS_MODULE")}
    env = {**plain, "VAR": str(var), "PORT": str(port), "SANDBOX_PORT": str(sandbox_port), **environment}
    log = (var / "demo.log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "ops.demo", *options], cwd=cwd, env=env, stdout=log, stderr=log, text=True,
        start_new_session=True,
    )  # fmt: skip
    end = time.monotonic() + STARTS_WITHIN
    while "Portal ready" not in (var / "demo.log").read_text():
        if process.poll() is not None or time.monotonic() > end:
            stop(process)
            pytest.fail("the portal did not start:\n" + (var / "demo.log").read_text()[-4000:])
        time.sleep(0.2)
    return Stack(f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", var, process)


def stop(process: "subprocess.Popen[str]") -> None:
    """Ctrl-C, as a person would."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()


OURS = ("http://127.0.0.1", "data:", "blob:http://127.0.0.1")


@pytest.fixture(scope="package")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """On PostgreSQL and Redis, with gunicorn."""
    import psycopg

    admin = os.environ["DATABASE_URL"]
    name = f"e2e_{os.getpid()}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE portal_template")
    address = admin.rpartition("/")[0] + f"/{name}"
    running = start(tmp_path_factory.mktemp("stack"), DATABASE_URL=address, BROKER_URL=os.environ["BROKER_URL"])
    yield running
    stop(running.process)


@pytest.fixture
def problems() -> list[str]:
    """What the browser's console complained of, and requests that left the machine."""
    return []


@pytest.fixture(params=[1280])
def page(browser: Browser, stack: Stack, problems: list[str], request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(base_url=stack.portal, viewport={"width": request.param, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda m: problems.append(m.text) if "Content Security Policy" in m.text else None)
    page.on("request", lambda r: None if r.url.startswith(OURS) else problems.append(r.url))
    yield page
    stack.faults(webhooks={"paused": False, "delay_ms": 0})
    context.close()
    assert problems == []


def follow(control: Locator) -> None:
    """Press what leads to another page, and wait for that page: a click returns before it is there."""
    with control.page.expect_navigation():
        control.click()


def sign_in(page: Page, email: str = "caregiver@example.com") -> None:
    """Through the form."""
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile("/dashboard/|/admin/"))


_next_session = count(1)


def choose_session(page: Page, service: str, number: int) -> None:
    """As a caregiver does with the calendar: the day `number // 2` that has free places, its first or second time."""
    page.get_by_label(service).check()
    days = page.locator("a.calendar__day")
    days.first.wait_for()
    index, time = divmod(number, 2)
    while index >= days.count():
        index -= days.count()
        month = page.locator("#calendar-month")
        before = month.inner_text()
        page.get_by_role("link", name="Next month").click()
        expect(month).not_to_have_text(before)
    days.nth(index).click()
    page.locator("a.calendar__day[aria-current=date]").wait_for()
    radios = page.locator("input[name=session]:enabled")
    radios.nth(min(time, radios.count() - 1)).check()


def book(page: Page, service: str = "Respite care at home", session: int | None = None) -> str:
    """Book a session as a caregiver does, another one each time; returns the reference, with the deposit page open."""
    page.goto("/book/")
    choose_session(page, service, session or next(_next_session))
    page.get_by_label("Who is this for?").select_option(index=1)
    follow(page.get_by_role("button", name="Continue to deposit"))
    if (overlaps := page.get_by_role("button", name="Book this session too")).count():
        overlaps.click()  # another test's booking may be at this time
    page.wait_for_url(re.compile("/deposit/"))
    return page.url.rstrip("/").rpartition("/")[2]


def fill_card(page: Page, number: str) -> None:
    """Into the Payment Element's frame."""
    frame = page.frame_locator("iframe[title='Secure payment input frame']")
    frame.get_by_label("Card number").fill(number)
    frame.get_by_label("Expiration date MM / YY").fill("12/34")
    frame.get_by_label("Security code").fill("123")


def press_pay(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Pay")).click()


def expect_paid(page: Page) -> None:
    page.get_by_role("heading", level=1, name="Deposit paid").wait_for()
