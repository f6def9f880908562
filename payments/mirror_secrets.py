"""dj-stripe stores secrets wherever it syncs; here each is kept out of its tables, or made ciphertext.

- The API key: `Account.get_or_retrieve_for_api_key` would write a row with the key in clear for every key it meets.
  Ours finds the account without it. dj-stripe's other look-ups of a key fall back on the settings' when no row exists.
- A webhook endpoint's signing secret: ciphertext in its column, and not a second time in the object's JSON.
- `client_secret` of an intent: whoever has it confirms or cancels the payment from a browser. Nothing here reads it.
"""

from hashlib import sha256
from typing import Any, Final

import stripe
from django.apps import apps
from django.conf import settings
from django.core.cache import caches
from django.db.models import F, QuerySet, Value
from django.db.models.signals import pre_save
from djstripe.models import Account, APIKey, Event, PaymentIntent, SetupIntent, WebhookEndpoint
from djstripe.models.base import StripeBaseModel

from payments.domain.inbox import drop_client_secrets
from payments.models import ReceivedEvent
from portal.common import encryption
from portal.common.stored_secrets import PLACES, Rewritten, SecretPlace

ACCOUNT_CACHE_SECONDS: Final = 60 * 60


class KeyInATable(RuntimeError):
    """Something would store an API key. Its place is the environment."""


class SigningSecrets(SecretPlace):
    """What Stripe signs its deliveries with."""

    name = "webhook signing secrets"

    def rows(self) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = WebhookEndpoint.objects.exclude(secret="").annotate(stored=F("secret"))
        return rows

    def put(self, row: Any, stored: str) -> None:
        WebhookEndpoint.objects.filter(pk=row.pk).update(secret=stored)


class ApiKeys(SecretPlace):
    """Rows that dj-stripe wrote before this release, or that the old one still running wrote: they are deleted."""

    name = "rows with Stripe's API key"

    def rows(self) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = APIKey.objects.annotate(stored=F("secret"))
        return rows

    def put(self, row: Any, stored: str) -> None:
        row.delete()

    def rewrite(self, change: Any) -> Rewritten:
        return super().rewrite(lambda stored: "")


class LeftInJson(SecretPlace):
    """What an earlier release stored within an object's JSON, and nothing reads: it is taken out.

    Not watched: nothing writes it any more, and looking for it reads every row.
    """

    watched = False

    def __init__(self, model: Any, field: str, path: str = "", key: str = "client_secret") -> None:
        self.model, self.field, self.key = model, field, key
        self.path = f"{field}__{path}has_key"
        self.name = f"{key} in {model._meta.db_table}.{field}"

    def rows(self) -> QuerySet[Any, Any]:
        rows: QuerySet[Any, Any] = self.model.objects.filter(**{self.path: self.key}).annotate(stored=Value(self.key))
        return rows

    def key_ids(self) -> set[str]:
        return set()

    def put(self, row: Any, stored: str) -> None:
        data = getattr(row, self.field)
        drop_client_secrets(data)
        if self.key == "secret":
            del data["secret"]
        self.model.objects.filter(pk=row.pk).update(**{self.field: data})

    def rewrite(self, change: Any) -> Rewritten:
        return super().rewrite(lambda stored: "")


def keep_secrets_out() -> None:
    """Connect everything above. Called once, when the apps are ready."""
    Account.get_or_retrieve_for_api_key = staticmethod(account_of)
    for model in apps.get_app_config("djstripe").get_models():
        pre_save.connect(_clean, sender=model, dispatch_uid=f"payments.mirror_secrets.{model.__name__}")
    PLACES.extend([SigningSecrets(), ApiKeys(), LeftInJson(WebhookEndpoint, "stripe_data", key="secret")])
    PLACES.extend(LeftInJson(model, "stripe_data") for model in (PaymentIntent, SetupIntent))
    PLACES.extend([LeftInJson(Event, "data", "object__"), LeftInJson(Event, "stripe_data", "data__object__")])
    PLACES.append(LeftInJson(ReceivedEvent, "payload", "data__object__"))


def account_of(api_key: str) -> Account | None:
    """The account that `api_key` belongs to, asked of Stripe once an hour and process.

    None when the key may not tell: restricted ones are not allowed to. Raises StripeError.
    """
    cache, name = caches["local"], f"stripe-account:{sha256(api_key.encode()).hexdigest()}"
    account = Account.objects.filter(id=cache.get(name, "")).first()
    if account is None and cache.get(name) != "":
        account = _fetched_account(api_key, name)
    return account


def _fetched_account(api_key: str, name: str) -> Account | None:
    try:
        data = stripe.Account.retrieve(api_key=api_key, stripe_version=settings.STRIPE_API_VERSION)
    except stripe.PermissionError:
        caches["local"].set(name, "", ACCOUNT_CACHE_SECONDS)
        return None
    account, is_new = Account.objects.get_or_create(id=data["id"])
    caches["local"].set(name, account.id, ACCOUNT_CACHE_SECONDS)
    if is_new:  # its own owner is looked up on the way: by then it is there, and known
        Account.sync_from_stripe_data(data, api_key=api_key)
        account.refresh_from_db()
    return account


def _clean(sender: type[StripeBaseModel], instance: Any, **kwargs: Any) -> None:
    if isinstance(instance, APIKey):
        raise KeyInATable("an API key is kept in the environment, and in no table")
    for field in ("stripe_data", "data"):
        drop_client_secrets(getattr(instance, field, None))
    if isinstance(instance, WebhookEndpoint):
        instance.stripe_data = {key: value for key, value in instance.stripe_data.items() if key != "secret"}
        if instance.secret and not encryption.is_encrypted(instance.secret):
            instance.secret = encryption.encrypt(instance.secret)
