"""Somebody signs up, books, pays, cancels, and asks to be forgotten: no table names them, a restored one neither."""

import base64
import io
import json
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Page
from psycopg import sql

from ops.stack.program import binary
from tests.e2e.conftest import Stack, choose_session, expect_paid, fill_card, follow, press_pay
from tests.services import ROOT

POSTGRES_FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("e2e")]

EMAIL = "zebulonia@markers.example"
NEW_PASSWORD = "a-long-and-calm-sentence"
MARKERS = (
    "zebulonia", "qwertzona", "markers.example", "7700 900461", "vercingetorixa", "grandauntish", "camomilebrew",
    "doorbellbroken", "notebyfinance", "cardholderina", "slipfromniece",
)  # fmt: skip


def until(what: Callable[[], Any], seconds: float = 60) -> Any:
    """What is true of the workers' work, once it is."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.25)
    return found


def address(name: str) -> str:
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{name}"


def mails_to(stack: Stack, person: str) -> list[Any]:
    files = sorted((stack.var / "mail").glob("*.eml"))
    mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    return [mail for mail in mails if mail["To"] == person]


def found_in(database: str) -> dict[str, list[str]]:
    """Marker -> the tables with a row that has it, in any column; what a cache keeps is decoded first."""
    found: dict[str, list[str]] = {}
    with psycopg.connect(database) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        assert len(tables) > 80
        for (table,) in tables:
            rows = connection.execute(sql.SQL("SELECT t::text FROM {} AS t").format(sql.Identifier(table))).fetchall()
            text = " ".join(row[0] for row in rows).lower()
            if table == "portal_cache":
                values = connection.execute("SELECT value FROM portal_cache").fetchall()
                text += " ".join(base64.b64decode(value).decode("latin-1") for (value,) in values).lower()
            for marker in MARKERS:
                if marker in text:
                    found.setdefault(marker, []).append(table)
    return found


def ledger(database: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(database) as connection:
        query = (
            "SELECT id, status, amount, captured_amount, refunded_amount, intent_id FROM payments_payment ORDER BY id"
        )
        return connection.execute(query).fetchall()


def sign_up(page: Page, stack: Stack) -> None:
    """With email verification, as a person does it."""
    page.goto("/accounts/signup/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("First name").fill("Zebulonia")
    page.get_by_label("Last name").fill("Qwertzona")
    page.get_by_role("button", name="Create account").click()
    page.get_by_role("heading", level=1, name="Check your email").wait_for()
    (mail,) = until(lambda: mails_to(stack, EMAIL))
    link = re.search(r"http://\S+/accounts/confirm-email/\S+", mail.get_body(("plain",)).get_content())
    assert link is not None
    page.goto(link[0])
    follow(page.get_by_role("button", name="Confirm"))
    if "/accounts/login/" in page.url:
        sign_in(page, NEW_PASSWORD)


def sign_in(page: Page, password: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password", exact=True).fill(password)
    assert page.get_by_role("button", name="Sign in").count() == 1
    follow(page.get_by_role("button", name="Sign in"))


def live_a_little(page: Page) -> str:
    """Profile, person, a booking that is paid and cancelled; returns its reference."""
    page.goto("/profile/")
    page.get_by_label("Phone number").fill("07700900461")
    follow(page.get_by_role("button", name="Save"))
    page.goto("/people/add/")
    page.get_by_label("Full name").fill("Vercingetorixa Qwertzona")
    page.get_by_label("Your relationship to them").fill("my grandauntish")
    page.get_by_label("What should our carers know?").fill("likes camomilebrew")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("heading", name="Vercingetorixa Qwertzona").wait_for()
    page.goto("/book/")
    choose_session(page, "Respite care at home", 20)
    page.get_by_label("Who is this for?").select_option(index=1)
    page.get_by_label("Notes").fill("doorbellbroken, knock")
    page.get_by_role("button", name="Continue to deposit").click()
    page.wait_for_url(re.compile("/deposit/"))
    reference = page.url.rstrip("/").rpartition("/")[2]
    fill_card(page, "4242424242424242")
    press_pay(page)
    expect_paid(page)
    return reference


def as_stripe_and_staff_would(database: str, reference: str) -> None:
    """Words that the real Element, Stripe and staff leave in rows that the sandbox leaves plain."""
    person = json.dumps({"name": "Cardholderina Qwertzona", "email": EMAIL})
    with psycopg.connect(database, autocommit=True) as connection:
        for statement, values in (
            (
                "UPDATE djstripe_charge SET stripe_data = jsonb_set(stripe_data, '{billing_details}', %s) "
                "WHERE stripe_data->'metadata'->>'booking_reference' = %s OR stripe_data->>'receipt_email' = %s",
                (person, reference, EMAIL),
            ),
            (
                "UPDATE payments_receivedevent SET payload = jsonb_set(payload, '{data,object,billing_details}', %s) "
                "WHERE type LIKE 'charge.%%' AND payload::text LIKE %s",
                (person, f"%{EMAIL}%"),
            ),
            (
                "UPDATE payments_refund SET note = 'notebyfinance' WHERE payment_id IN (SELECT p.id FROM "
                "payments_payment p JOIN bookings_booking b ON b.id = p.booking_id WHERE b.reference = %s)",
                (reference,),
            ),
            (
                "INSERT INTO payments_offlinereceipt (occurred_at, kind, received_on, reference, payment_id) "
                "SELECT now(), 'transfer', current_date, 'slipfromniece', p.id FROM payments_payment p "
                "JOIN bookings_booking b ON b.id = p.booking_id WHERE b.reference = %s",
                (reference,),
            ),
        ):  # fmt: skip
            assert connection.execute(statement, values).rowcount > 0


def settled(database: str, since: datetime) -> bool:
    """Every event since then applied and mirrored (the history's are mirrored slowly), refunds done, emails sent."""
    query = (
        "SELECT (SELECT count(*) FROM payments_receivedevent"
        " WHERE received_at > %s AND (ledger_state = 'received' OR mirror_state = 'waiting'))"
        " + (SELECT count(*) FROM payments_refund WHERE status <> 'succeeded')"
        " + (SELECT count(*) FROM notifications_notification WHERE status <> 'sent')"
    )
    with psycopg.connect(database) as connection:
        row = connection.execute(query, [since]).fetchone()
    return row == (0,)


def test_an_erased_person_is_in_no_table_and_a_restore_does_not_bring_them_back(page: Page, stack: Stack) -> None:
    database, began = address(f"e2e_{os.getpid()}"), datetime.now(UTC)
    sign_up(page, stack)
    reference = live_a_little(page)
    page.goto("/profile/your-data/")
    page.get_by_text(f"Booking {reference} is still ahead").wait_for()
    assert page.get_by_role("button", name="Erase my account").count() == 0
    page.goto(f"/bookings/{reference}/cancel/")
    page.get_by_role("button", name="Cancel booking").click()
    page.get_by_text("Your booking has been cancelled").wait_for()
    until(lambda: settled(database, began), 120)
    page.goto("/profile/your-data/download/")  # asks who is there: the sign-up's link was no password
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("Password", exact=True).press("Enter")
    page.wait_for_url("**/profile/your-data/")
    copy = page.request.get("/profile/your-data/download/").body()
    with zipfile.ZipFile(io.BytesIO(copy)) as archive:
        data, readable = json.loads(archive.read("data.json")), archive.read("your-data.html").decode()
    assert data["caregivers"]["people"][0]["full_name"] == "Vercingetorixa Qwertzona"
    assert (data["bookings"][0]["reference"], data["payments"][0]["refunded"]) == (reference, 1800)
    assert "camomilebrew" in readable
    as_stripe_and_staff_would(database, reference)
    assert sorted(found_in(database)) == sorted(MARKERS)
    before = ledger(database)
    dump = restored_later(database, stack.var / "before.sql")

    page.goto("/profile/your-data/")
    page.get_by_label("Your password").fill("not the password")
    page.get_by_label("I understand that this can’t be undone").check()
    page.get_by_role("button", name="Erase my account").click()
    page.get_by_role("alert").filter(has_text="That isn’t your password").wait_for()
    page.get_by_label("Your password").fill(NEW_PASSWORD)
    page.get_by_label("I understand that this can’t be undone").check()
    page.get_by_role("button", name="Erase my account").click()
    page.get_by_role("heading", level=1, name="Your account is being erased").wait_for()
    until(lambda: [m for m in mails_to(stack, EMAIL) if "have been erased" in m["Subject"]], 120)
    assert found_in(database) == {}
    assert ledger(database) == before
    sign_in(page, NEW_PASSWORD)
    assert "/accounts/login/" in page.url

    restored = restore(dump, f"restored_{os.getpid()}")
    assert sorted(found_in(restored)) == sorted(MARKERS)
    assert manage(stack, restored, "replay_erasures", "--json") == {"erased": 1}
    assert found_in(restored) == {}
    assert ledger(restored) == before


def restored_later(database: str, file: Path) -> Path:
    pg_dump = binary("pg_dump", *POSTGRES_FOLDERS)
    subprocess.run([pg_dump, "--no-owner", "--file", str(file), database], check=True)
    return file


def restore(dump: Path, name: str) -> str:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    psql = binary("psql", *POSTGRES_FOLDERS)
    subprocess.run(
        [psql, "-q", "-v", "ON_ERROR_STOP=1", "-f", str(dump), address(name)], check=True, capture_output=True
    )
    return address(name)


def manage(stack: Stack, database: str, *command: str) -> Any:
    environment = {**os.environ, "VAR": str(stack.var), "DATABASE_URL": database}
    environment["DJANGO_SETTINGS_MODULE"] = "portal.settings.demo"
    done = subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])
