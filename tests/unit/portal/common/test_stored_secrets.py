"""What the release before stored in clear is encrypted, an old key is replaced, and a missing one stops the start."""

import os
import subprocess
import sys
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value, yield_hotp_counters_from_time
from cryptography.fernet import Fernet
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection
from djstripe.models import Event, PaymentIntent, WebhookEndpoint
from pytest_django import Settings

from payments.domain.invariants.base import violations
from payments.domain.invariants.trail import SecretsAreEncrypted
from payments.models import ReceivedEvent
from portal.common import clock
from portal.common.encryption import decrypt, key_id
from portal.common.stored_secrets import PLACES, require_keys
from tests.factories import CaregiverFactory
from tests.services import ROOT

pytestmark = pytest.mark.django_db
OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def in_clear() -> Authenticator:
    """A seed, recovery codes and a signing secret as the release before wrote them."""
    user = CaregiverFactory().user
    Authenticator.objects.create(user=user, type="recovery_codes", data={"seed": "ab" * 40, "used_mask": 2})
    endpoint = WebhookEndpoint(id="we_1", secret="whsec_1", livemode=False, enabled_events=[])
    WebhookEndpoint.objects.bulk_create([endpoint])  # no signal: as it lay before
    return Authenticator.objects.create(user=user, type="totp", data={"secret": SEED})


def report(*arguments: str) -> list[str]:
    said = StringIO()
    call_command("encrypt_secrets", *arguments, stdout=said)
    return said.getvalue().splitlines()


def in_clear_by_place() -> dict[str, int]:
    return {place.name: left for place in PLACES if (left := place.in_clear())}


def current_code(seed: str) -> str:
    return format_hotp_value(hotp_value(seed, list(yield_hotp_counters_from_time())[-1]))


def test_new_factors_are_written_as_ciphertext_and_work() -> None:
    user = CaregiverFactory().user
    TOTP.activate(user, SEED)
    codes = RecoveryCodes.activate(user)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert (SEED in stored, stored.count("enc:")) == (False, 2)
    assert Authenticator.objects.get(type="totp").wrap().validate_code(current_code(SEED))
    unused = codes.get_unused_codes()
    assert codes.validate_code(unused[0])
    assert codes.get_unused_codes() == unused[1:]


def test_what_lies_in_clear_still_works_and_is_encrypted_once(in_clear: Authenticator) -> None:
    codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
    assert in_clear.wrap().validate_code(current_code(SEED))
    assert in_clear_by_place() == {"second factors": 2, "webhook signing secrets": 1}
    assert report()[:2] == ["second factors: 2 rewritten", "webhook signing secrets: 1 rewritten"]
    assert {line.rpartition(": ")[2] for line in report()} == {"0 rewritten"}
    assert in_clear_by_place() == {}
    kept = Authenticator.objects.get(type="recovery_codes")
    assert (kept.data["used_mask"], kept.wrap().get_unused_codes()) == (2, codes)
    assert decrypt(Authenticator.objects.get(type="totp").data["secret"]) == SEED
    assert decrypt(WebhookEndpoint.objects.get().secret) == "whsec_1"


def test_a_new_key_takes_over_and_the_old_one_can_go(in_clear: Authenticator, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    report()
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    require_keys()
    assert report()[:2] == ["second factors: 2 rewritten", "webhook signing secrets: 1 rewritten"]
    settings.ENCRYPTION_KEYS = [NEW]
    require_keys()
    assert decrypt(WebhookEndpoint.objects.get().secret) == "whsec_1"


def test_a_missing_key_is_named_and_nothing_is_lost(in_clear: Authenticator, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    report()
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    settings.ENCRYPTION_KEYS = [NEW]
    sentence = (
        f"PORTAL_ENCRYPTION_KEYS does not open the stored second factors: they were encrypted with another key "
        f"({key_id(OLD)}). Add that key to the end of the list; see docs/security/keys.md."
    )
    with pytest.raises(ImproperlyConfigured) as refused:
        require_keys()
    assert sentence in str(refused.value)
    assert sentence in [error.msg for error in run_checks(databases=["default"])]
    with pytest.raises(CommandError, match="opens 2 second factors, 1 webhook signing secrets; they are unchanged"):
        report()
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


def test_going_back_to_an_older_release_writes_them_in_clear(in_clear: Authenticator) -> None:
    report()
    assert report("--in-clear")[:2] == ["second factors: 2 rewritten", "webhook signing secrets: 1 rewritten"]
    assert Authenticator.objects.get(type="totp").data["secret"] == SEED
    assert WebhookEndpoint.objects.get().secret == "whsec_1"


def test_client_secrets_of_the_release_before_are_taken_out_and_nothing_else() -> None:
    intent = {"id": "pi_1", "client_secret": "pi_1_secret_x", "amount": 5}
    payload = {"id": "evt_1", "data": {"object": intent}}
    ReceivedEvent.objects.create(
        event_id="evt_1", type="payment_intent.created", livemode=False, created_at=clock.now(), payload=payload
    )
    PaymentIntent.objects.bulk_create([PaymentIntent(id="pi_1", livemode=False, stripe_data=intent)])
    Event.objects.bulk_create([Event(id="evt_1", livemode=False, stripe_data=payload, data=payload["data"])])
    assert [line for line in report() if line.endswith("1 rewritten")] == [
        "client_secret in djstripe_paymentintent.stripe_data: 1 rewritten",
        "client_secret in djstripe_event.data: 1 rewritten",
        "client_secret in djstripe_event.stripe_data: 1 rewritten",
        "client_secret in payments_receivedevent.payload: 1 rewritten",
    ]
    kept = {"id": "pi_1", "amount": 5}
    assert (PaymentIntent.objects.get().stripe_data, ReceivedEvent.objects.get().object_data) == (kept, kept)
    assert Event.objects.get().stripe_data == {"id": "evt_1", "data": {"object": kept}}


def test_what_lies_in_clear_breaks_an_invariant(in_clear: Authenticator) -> None:
    assert [(found.subject, found.sentence) for found in violations([SecretsAreEncrypted()])] == [
        ("second factors", "2 in clear: run manage.py encrypt_secrets"),
        ("webhook signing secrets", "1 in clear: run manage.py encrypt_secrets"),
    ]
    report()
    assert violations([SecretsAreEncrypted()]) == []


def test_many_rows_are_rewritten_in_batches(monkeypatch: pytest.MonkeyPatch, in_clear: Authenticator) -> None:
    monkeypatch.setattr("portal.common.stored_secrets.BATCH", 1)
    for _ in range(3):
        Authenticator.objects.create(user=CaregiverFactory().user, type="totp", data={"secret": SEED})
    assert report()[0] == "second factors: 5 rewritten"


def test_passkeys_are_left_alone() -> None:
    made = Authenticator.objects.create(user=CaregiverFactory().user, type="webauthn", data={"credential": {}})
    report()
    made.refresh_from_db()
    assert made.data == {"credential": {}}


def test_without_tables_there_is_nothing_to_open() -> None:
    """A fresh installation: the start is not refused before its first migration."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE mfa_authenticator RENAME TO away")
    require_keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "start", ["import portal.wsgi", "from portal.celery import app; app.Worker()"], ids=["web", "worker"]
)
def test_web_and_worker_refuse_to_start_without_the_key(
    start: str, in_clear: Authenticator, settings: Settings
) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    report()
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    done = subprocess.run(
        [sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "PORTAL_ENCRYPTION_KEYS does not open the stored second factors" in done.stderr


@pytest.mark.django_db(transaction=True)
def test_a_server_that_forks_after_loading_shares_no_connection_with_its_workers(settings: Settings) -> None:
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    script = "import portal.wsgi; from django.db import connection; print(connection.connection)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True,
        env={**os.environ, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "portal.settings.test"},
    )  # fmt: skip
    assert done.stdout == "None\n", done.stderr
