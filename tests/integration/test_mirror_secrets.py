"""dj-stripe syncs against the sandbox, and none of its tables has a secret in clear."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import stripe
from django.apps import apps
from django.core import serializers
from django.core.management import call_command
from djstripe import models as djstripe_models
from djstripe.models import Account, APIKey, WebhookEndpoint
from pytest_django import Settings

from payments.domain.inbox import event_from, store
from payments.mirror import mirror_inbox
from payments.mirror_secrets import KeyInATable, account_of
from payments.models import ReceivedEvent
from portal.common.encryption import decrypt
from portal.common.stored_secrets import PLACES
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, running_sandbox

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE = address
    settings.STRIPE_SECRET_KEY = settings.STRIPE_TEST_SECRET_KEY = SECRET_KEY
    monkeypatch.setattr(stripe, "api_base", address)


def mirrored() -> str:
    """Every row of every table of dj-stripe's and of the inbox, as text."""
    models: list[Any] = [*apps.get_app_config("djstripe").get_models(), ReceivedEvent]
    return "".join(serializers.serialize("json", model.objects.all()) for model in models)


def paid(address: str) -> str:
    """The id of an intent that a card paid."""
    made = client_of(address).v1.payment_intents.create(
        {"amount": 1125, "currency": "gbp", "payment_method": "pm_card_visa", "confirm": True}
    )
    return made.id


def events(address: str) -> list[dict[str, object]]:
    return [json.loads(str(event)) for event in client_of(address).v1.events.list({"limit": 50}).data]


def test_registering_and_mirroring_leave_no_secret_in_a_table(address: str) -> None:
    call_command("register_webhook", "https://portal.example.org")
    intent = paid(address)
    told = events(address)
    assert "client_secret" in json.dumps(told)
    for event in told:
        store(event_from(event))
    assert mirror_inbox() == len(told)
    assert set(ReceivedEvent.objects.values_list("mirror_state", flat=True)) == {"mirrored"}
    assert djstripe_models.PaymentIntent.objects.get().id == intent
    rows = mirrored()
    assert [word for word in (SECRET_KEY, "client_secret", "_secret_", "whsec_") if word in rows] == []
    assert APIKey.objects.count() == 0
    owners = {charge.djstripe_owner_account for charge in djstripe_models.Charge.objects.all()}
    assert owners == {Account.objects.get()}


def test_dj_stripes_own_handlers_leave_none_either(address: str) -> None:
    paid(address)
    for event in events(address):
        stored = djstripe_models.Event.process(event, api_key=SECRET_KEY)
        stored.invoke_webhook_handlers()
    rows = mirrored()
    assert [word for word in (SECRET_KEY, "client_secret", "_secret_") if word in rows] == []
    assert djstripe_models.PaymentIntent.objects.count() == 1


def test_the_signing_secret_is_ciphertext_and_opens(address: str) -> None:
    call_command("register_webhook", "https://portal.example.org")
    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.secret[:4], decrypt(endpoint.secret)[:6]) == ("enc:", "whsec_")
    assert "secret" not in endpoint.stripe_data


def test_a_later_sync_keeps_the_ciphertext(address: str) -> None:
    """Stripe tells the secret once, when the endpoint is made."""
    call_command("register_webhook", "https://portal.example.org")
    before = WebhookEndpoint.objects.get()
    current = client_of(address).v1.webhook_endpoints.retrieve(before.id)
    WebhookEndpoint.sync_from_stripe_data(json.loads(str(current)), api_key=SECRET_KEY)
    assert WebhookEndpoint.objects.get().secret == before.secret


def test_the_account_is_asked_for_once(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = account_of(SECRET_KEY)
    monkeypatch.setattr(stripe, "api_base", "http://127.0.0.1:1")
    assert first is not None
    assert (account_of(SECRET_KEY), first.stripe_data["object"]) == (first, "account")


def test_an_account_that_left_the_table_is_fetched_again(address: str) -> None:
    account_of(SECRET_KEY)
    Account.objects.all().delete()
    found = account_of(SECRET_KEY)
    assert found is not None
    assert list(Account.objects.all()) == [found]


def test_a_restricted_key_has_no_account_and_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def refuse(**asked: str) -> None:
        calls.append(asked["api_key"])
        raise stripe.PermissionError("not allowed")

    monkeypatch.setattr(stripe.Account, "retrieve", refuse)
    restricted = "rk_test_" + "a" * 24
    assert (account_of(restricted), account_of(restricted), calls) == (None, None, [restricted])


def test_a_key_is_not_stored_by_other_ways_either() -> None:
    with pytest.raises(KeyInATable):
        APIKey.objects.get_or_create_by_api_key(SECRET_KEY)
    assert APIKey.objects.count() == 0


def test_objects_take_their_key_from_the_settings() -> None:
    """What dj-stripe would read from the row, had it one."""
    account = Account.objects.create(id="acct_1", livemode=None)
    assert account.default_api_key == SECRET_KEY
    assert djstripe_models.Charge(livemode=False, djstripe_owner_account=account).default_api_key == SECRET_KEY


def test_rows_of_the_release_before_are_deleted() -> None:
    APIKey.objects.bulk_create([APIKey(id="1", type="secret", secret=SECRET_KEY, livemode=False)])
    assert sum(place.in_clear() for place in PLACES) == 1
    call_command("encrypt_secrets")
    assert APIKey.objects.count() == 0
