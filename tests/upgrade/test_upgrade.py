"""A portal that ran an earlier release for some weeks is brought to this one, and goes on working.

Each dump is kept for ever: whoever adds a migration is told here when it does not take what an older release wrote.
"""

import gzip
import hashlib
import hmac
import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import httpx
import psycopg
import pytest

from ops.stack.program import Program, free_port, until
from ops.stripe_sandbox import API_VERSION
from tests.installed import Browser, Installed
from tests.upgrade import values

FOLDER: Final = Path(__file__).parent
DUMPS: Final = sorted(FOLDER.glob("release-*.sql.gz"))
SESSION: Final = """
from datetime import timedelta
from portal.bookings.models import Service, Session
from portal.common import clock

service = Service.objects.get(slug="respite-care-at-home")
starts_at = clock.now() + timedelta(days=9)
print("session", Session.objects.create(
    service=service, starts_at=starts_at, ends_at=starts_at + timedelta(hours=3), capacity=4).pk)
"""
WORK: Final = """
from payments.domain.events import process_inbox

while process_inbox():
    pass
"""


@pytest.fixture(params=DUMPS, ids=lambda dump: dump.name)
def restored(request: pytest.FixtureRequest) -> Iterator[str]:
    """The dump in a database of its own; its address."""
    name = f"upgraded_{os.getpid()}"
    admin = os.environ["DATABASE_URL"]
    address = f"{admin.rpartition('/')[0]}/{name}"
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template1")
        restore = ["psql", "--no-psqlrc", "-q", "-v", "ON_ERROR_STOP=1", address]
        subprocess.run(
            restore, input=gzip.decompress(request.param.read_bytes()), stdout=subprocess.DEVNULL, check=True
        )
        yield address
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[str]:
    """A Stripe of its own; its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    program = Program(
        "sandbox", [sys.executable, "-m", "ops.stripe_sandbox", "--port", str(port)], log=tmp_path / "s.log"
    )
    program.start()
    until(lambda: _answers(f"{address}/v3/"), "the sandbox")
    yield address
    program.stop()


def _answers(address: str) -> bool:
    try:
        return httpx.get(address).status_code == 200
    except httpx.HTTPError:
        return False


@pytest.mark.slow
def test_an_earlier_release_is_brought_to_this_one(restored: str, sandbox: str, tmp_path: Path) -> None:
    environment = {
        **values.SETTINGS,
        **values.SINCE_THEN,
        "DJANGO_SETTINGS_MODULE": "tests.upgrade.settings",
        "STRIPE_API_BASE": sandbox,
        "STRIPE_JS_URL": f"{sandbox}/v3/",
    }
    portal = Installed(tmp_path, restored, environment)
    pages = "SELECT id, title, draft_title, live, latest_revision_id FROM wagtailcore_page WHERE depth > 1 ORDER BY id"
    before = portal.rows(pages)
    old_endpoints = portal.rows("SELECT djstripe_uuid, secret FROM djstripe_webhookendpoint")
    counted = portal.rows("SELECT status, count(*) FROM bookings_booking GROUP BY 1 ORDER BY 1")

    for command in (["migrate", "-v0"], ["createcachetable"], ["bootstrap_site"]):
        portal.manage(*command)
    portal.collect_static()

    assert portal.rows(pages) == before
    assert portal.rows("SELECT status, count(*) FROM bookings_booking GROUP BY 1 ORDER BY 1") == counted
    portal.manage("encrypt_secrets")
    _no_secret_is_in_clear(portal, old_endpoints)
    portal.manage("check_invariants")
    portal.manage("audit_verify")
    with portal.serving():
        shown = portal.browser().get("/privacy/").text
        assert (values.EDITED_TITLE in shown, values.EDITED_TEXT in shown) == (True, True)
        _sign_in_with_the_factor(portal)
        _events_still_arrive(portal, old_endpoints)
        portal.manage("register_webhook", f"http://127.0.0.1:{portal.port}")
        _book_and_pay(portal, sandbox)
    portal.manage("check_invariants")
    portal.manage("audit_verify")


def _no_secret_is_in_clear(portal: Installed, endpoints: list[tuple[str, str]]) -> None:
    ((_, secret),) = endpoints
    in_clear = "SELECT count(*) FROM {} WHERE strpos(to_jsonb({})::text, %s) > 0"
    for table, told in (("mfa_authenticator", values.TOTP_SECRET), ("djstripe_webhookendpoint", secret)):
        assert portal.rows(in_clear.format(table, table), told) == [(0,)]
    assert portal.rows("SELECT count(*) FROM djstripe_apikey") == [(0,)]


def _sign_in_with_the_factor(portal: Installed) -> None:
    browser = portal.browser()
    assert browser.sign_in(values.TOTP_USER, values.PASSWORD).headers["location"].startswith("/accounts/2fa/")
    assert browser.get("/admin/").status_code == 302
    browser = portal.browser()
    reply = browser.sign_in(values.TOTP_USER, values.PASSWORD, values.TOTP_SECRET)
    assert reply.headers.get("location") == "/admin/", reply.text[:3000]
    assert browser.get("/admin/payments/payment/").status_code == 200
    mixed = portal.browser().sign_in("nora.mixed@example.com", values.PASSWORD)
    assert (mixed.status_code, mixed.headers["location"]) == (302, "/dashboard/")


def _events_still_arrive(portal: Installed, endpoints: list[tuple[str, str]]) -> None:
    """Stripe goes on signing with the secret that the earlier release was told."""
    ((endpoint, secret),) = endpoints
    event = {
        "id": f"evt_{uuid.uuid4().hex}", "object": "event", "type": "charge.updated", "livemode": False,
        "created": int(time.time()), "api_version": API_VERSION,
        "data": {"object": {"id": "ch_after_the_upgrade", "object": "charge"}},
    }  # fmt: skip
    body, moment = json.dumps(event), int(time.time())
    seal = hmac.new(secret.encode(), f"{moment}.{body}".encode(), hashlib.sha256).hexdigest()
    reply = portal.browser().post(
        f"/stripe/webhook/{endpoint}/", content=body, headers={"Stripe-Signature": f"t={moment},v1={seal}"}
    )
    assert (reply.status_code, reply.text) == (200, "ok\n")


def _book_and_pay(portal: Installed, sandbox: str) -> None:
    session = portal.shell(SESSION).split("session ")[1].strip()
    browser = portal.browser()
    assert browser.sign_in(values.BOOKER, values.PASSWORD).headers["location"] == "/dashboard/"
    person = portal.rows("SELECT min(id) FROM caregivers_carerecipient WHERE full_name = %s", values.BOOKED_FOR)[0][0]
    booked = browser.submit(
        "/book/", service="respite-care-at-home", session=session, care_recipient=str(person), notes=""
    )
    assert booked.status_code == 302, booked.text[:3000]
    intent = _intent(browser, booked.headers["location"])
    paid = httpx.post(
        f"{sandbox}/v1/payment_intents/{intent}/confirm",
        data={"payment_method": "pm_card_visa", "return_url": "https://portal.example.org/"},
        headers={"Authorization": f"Bearer {values.SETTINGS['STRIPE_SECRET_KEY']}"},
    )
    assert paid.json()["status"] == "succeeded"
    told = "SELECT count(*) FROM payments_receivedevent WHERE type = 'payment_intent.succeeded' AND object_id = %s"
    until(lambda: portal.rows(told, intent) == [(1,)], "the event")
    portal.shell(WORK)
    assert portal.rows("SELECT status FROM payments_payment WHERE intent_id = %s", intent) == [("succeeded",)]
    assert "Deposit paid" in browser.get(booked.headers["location"]).text


def _intent(browser: Browser, deposit: str) -> str:
    page = browser.get(deposit).text
    assert 'data-client-secret="' in page, page[:3000]
    return page.split('data-client-secret="')[1].partition("_secret_")[0]
