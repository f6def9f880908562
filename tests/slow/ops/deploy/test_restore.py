"""The machine is lost: its backup comes back on an empty one, and every check is green within the documented time."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ops.stack.program import ROOT, until
from ops.stack.stack import Stack

pytestmark = pytest.mark.slow
DOCUMENT = ROOT / "docs/operations/backup-and-restore.md"
PEOPLE = 12
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
BEFORE = f"""
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from payments.domain.checkout import open_checkout
from portal.accounts.models import User
from tests.factories import BookingFactory

default_storage.save("guide.txt", ContentFile(b"how to lift somebody"))
User.objects.create_user("gone@example.com", "a-long-password-1", first_name="Gone")
kept = User.objects.create_user("kept@example.com", "a-long-password-1", first_name="Kept")
EmailAddress.objects.create(user=kept, email=kept.email, verified=True, primary=True)
TOTP.activate(kept, "{SEED}")
print("intents", *[open_checkout(BookingFactory()).payment.intent_id for _ in range({PEOPLE})])
"""
ERASE = """
from portal.accounts.models import User
from portal.caregivers import erasure

erasure.request_erasure(User.objects.get(email="gone@example.com"))
print("erased", erasure.erase_waiting())
"""
AFTERWARDS = f"""
from django.core.files.storage import default_storage
from payments.models import Payment
from portal.accounts.models import User
from portal.bookings.models import Booking
from django.contrib.sessions.models import Session

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

print("sessions", Session.objects.count())  # before this script signs in
browser = Client(SERVER_NAME="127.0.0.1")
browser.post("/accounts/login/", {{"login": "kept@example.com", "password": "a-long-password-1"}})
code = format_hotp_value(hotp_value("{SEED}", list(yield_hotp_counters_from_time())[-1]))
browser.post("/accounts/2fa/authenticate/", {{"code": code}})
print("signed_in", int("_auth_user_id" in browser.session))
print("paid", Payment.objects.filter(status__in=["succeeded", "partially_refunded"]).count())
print("refunded", sum(Payment.objects.values_list("refunded_amount", flat=True)))
print("confirmed", Booking.objects.filter(status="confirmed").count())
print("gone", User.objects.filter(email="gone@example.com").count())
print("guide", len(default_storage.listdir("")[1]))
"""


def counts(said: str) -> dict[str, int]:
    return {name: int(value) for name, value in re.findall(r"^(\w+) (\d+)$", said, re.MULTILINE)}


def settled(stack: Stack, wanted: int) -> bool:
    """Whether the ledger knows of so many payments, and every audit row is sealed."""
    ((paid, refunded, unsealed),) = stack.postgres.execute(
        "portal",
        "SELECT (SELECT count(*) FROM payments_payment WHERE captured_amount > 0),"
        " (SELECT coalesce(sum(refunded_amount), 0) FROM payments_payment),"
        " (SELECT count(*) FROM audit_auditevent WHERE sequence IS NULL)",
    )
    return bool((paid, refunded, unsealed) == (wanted, 100, 0))


def pay(stack: Stack, intent: str) -> None:
    stack.sandbox.post(f"payment_intents/{intent}/confirm", payment_method="pm_card_visa").raise_for_status()


def test_a_backup_comes_back_on_an_empty_machine(tmp_path: Path) -> None:
    with Stack(tmp_path / "old", web_workers=1, worker_processes=1) as stack:
        kept = {**os.environ, **stack.environment, "AUDIT_HEADS_FILE": str(stack.var / "audit-heads.jsonl")}
        *paid, late = stack.manage("shell", "-v0", "-c", BEFORE).stdout.split("intents ")[1].split()
        for intent in paid:
            pay(stack, intent)
        stack.sandbox.post("refunds", payment_intent=paid[0], amount=100).raise_for_status()
        until(lambda: settled(stack, PEOPLE - 1), "the ledger and the seals", 300)

        subprocess.run(["age-keygen", "-o", str(tmp_path / "identity")], check=True, capture_output=True)
        opens = subprocess.run(["age-keygen", "-y", str(tmp_path / "identity")], check=True, capture_output=True)
        (tmp_path / "recipients").write_bytes(opens.stdout)
        made = subprocess.run(
            [
                sys.executable, "-m", "ops.deploy.backup", "--to", str(tmp_path / "backups"),
                "--recipients", str(tmp_path / "recipients"),
            ],
            cwd=ROOT, env=kept, capture_output=True, text=True,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        backup = made.stdout.strip()

        for name in ("beat", "worker", "web"):  # from here on the old machine hears nothing
            stack.programs[name].stop()
        pay(stack, late)
        assert counts(stack.manage("shell", "-v0", "-c", ERASE).stdout) == {"erased": 1}
        stack.postgres.execute("postgres", 'DROP DATABASE "portal" WITH (FORCE)')
        stack.postgres.execute("postgres", 'CREATE DATABASE "restored" TEMPLATE template1')
        new = tmp_path / "new"
        new.mkdir()
        # The list of erasures is copied away from the machine as it grows; everything else comes from the backup.
        (new / "erasures.jsonl").write_bytes((stack.var / "erasures.jsonl").read_bytes())
        empty = {
            **kept, "VAR": str(new), "DATABASE_URL": stack.postgres.url("restored"),
            "AUDIT_HEADS_FILE": str(new / "audit-heads.jsonl"),
        }  # fmt: skip

        began = time.monotonic()
        restored = subprocess.run(
            [sys.executable, "-m", "ops.deploy.restore", backup, "--identity", str(tmp_path / "identity")],
            cwd=ROOT, env=empty, capture_output=True, text=True,
        )  # fmt: skip
        took = time.monotonic() - began
        print(restored.stdout)
        assert restored.returncode == 0, restored.stdout[-2000:] + restored.stderr[-3000:]
        asked = subprocess.run(
            [sys.executable, "manage.py", "shell", "-v0", "-c", AFTERWARDS],
            cwd=ROOT, env=empty, capture_output=True, text=True,
        )  # fmt: skip
        other = {**empty, "PORTAL_ENCRYPTION_KEYS": Fernet.generate_key().decode()}
        without_key = subprocess.run(
            [sys.executable, "manage.py", "migrate"], cwd=ROOT, env=other, capture_output=True, text=True
        )
    assert without_key.returncode == 1
    assert "PORTAL_ENCRYPTION_KEYS does not open the stored second factors" in without_key.stderr
    assert counts(asked.stdout) == {
        "signed_in": 1, "paid": PEOPLE, "refunded": 100, "confirmed": PEOPLE, "gone": 0, "sessions": 0, "guide": 1,
    }, asked.stderr  # fmt: skip
    promised = re.search(r"restored within \*\*(\d+) minutes\*\*", DOCUMENT.read_text())
    assert promised is not None
    assert took < 60 * int(promised[1])
