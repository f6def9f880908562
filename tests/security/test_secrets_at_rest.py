"""A database is filled with known secrets on every way that leads into it, then dumped: none can be read there."""

import hmac
import json
import os
import subprocess
import time
import uuid
from hashlib import sha256

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from djstripe.models import PaymentIntent, WebhookEndpoint

from payments.models import ReceivedEvent
from tests.factories import CaregiverFactory
from tests.security.environment import HOST, STAGING

SIGNING = "whsec_plantedPlantedPlantedPlanted"
CLIENT_SECRET = "pi_1_secret_plantedPlanted"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
SESSION_SEED = "KRSXG5CTMVRXEZLUKRSXG5CTMVRXEZLU"
PASSWORD = "planted-Correct-Horse-9"


@pytest.mark.django_db(transaction=True)
def test_no_secret_can_be_read_in_a_dump(client: Client) -> None:
    user = CaregiverFactory().user
    user.set_password(PASSWORD)
    user.save()
    TOTP.activate(user, SEED)
    codes = RecoveryCodes.activate(user).get_unused_codes()
    identity = uuid.uuid4()
    WebhookEndpoint.objects.create(
        id="we_1", djstripe_uuid=identity, secret=SIGNING, livemode=False, url=f"https://{HOST}/", enabled_events=["*"],
        stripe_data={"id": "we_1", "secret": SIGNING},
    )  # fmt: skip
    intent = {"id": "pi_1", "object": "payment_intent", "client_secret": CLIENT_SECRET}
    PaymentIntent.objects.create(id="pi_1", livemode=False, stripe_data=intent)
    assert delivered(client, identity, intent) == 200
    session = client.session
    session["mfa.totp.secret"] = SESSION_SEED
    session.save()

    dumped = dump()
    assert ReceivedEvent.objects.count() == 1
    assert user.email in dumped  # the dump is a whole one
    planted = {
        "signing secret": SIGNING, "client secret": CLIENT_SECRET, "seed": SEED, "seed being set up": SESSION_SEED,
        "password": PASSWORD, "recovery code": codes[0], "Stripe's key": settings.STRIPE_SECRET_KEY,
        **{name: STAGING[name] for name in ("PORTAL_SECRET_KEY", "PORTAL_ENCRYPTION_KEYS", "AUDIT_HMAC_KEY")},
    }  # fmt: skip
    assert [name for name, secret in planted.items() if secret in dumped] == []


@pytest.mark.django_db(transaction=True)
def test_rows_of_the_release_before_cannot_be_read_after_the_command() -> None:
    user = CaregiverFactory().user
    factor = TOTP.activate(user, SEED).instance
    factor.data = {"secret": SEED}
    factor.save()
    WebhookEndpoint.objects.bulk_create(
        [WebhookEndpoint(id="we_1", secret=SIGNING, livemode=False, enabled_events=[], stripe_data={"secret": SIGNING})]
    )
    before = dump()
    assert (SEED in before, SIGNING in before) == (True, True)
    call_command("encrypt_secrets")
    after = dump()
    assert (SEED in after, SIGNING in after) == (False, False)


def delivered(client: Client, identity: uuid.UUID, thing: dict[str, str]) -> int:
    body = json.dumps(
        {
            "id": "evt_1", "type": "payment_intent.succeeded", "created": int(time.time()), "livemode": False,
            "data": {"object": thing},
        }
    ).encode()  # fmt: skip
    at = int(time.time())
    digest = hmac.new(SIGNING.encode(), f"{at}.".encode() + body, sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={at},v1={digest}"}
    path = f"/stripe/webhook/{identity}/"
    return client.post(path, body, content_type="application/json", headers=headers).status_code


def dump() -> str:
    """The whole database as pg_dump writes it, readable."""
    address = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    done = subprocess.run(["pg_dump", "--inserts", address], capture_output=True, text=True, check=True)
    return done.stdout
