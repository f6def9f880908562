"""`manage.py register_webhook URL`: make sure Stripe sends its events to this portal, and change the signing secret.

Stripe's API gives no new secret to an endpoint that exists. So `--rotate` makes a second endpoint: both are told of
every event and both signatures verify (an event that comes twice is stored once), until `--retire` ends the older one.
docs/runbooks/rotate-webhook-secret.md has the steps.
"""

import json
import uuid
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from djstripe.models import WebhookEndpoint

from payments.domain.event_types import KNOWN_TYPES

AtStripe = Mapping[str, stripe.WebhookEndpoint]


class Command(BaseCommand):
    help = "Create (or find) the webhook endpoint at Stripe and keep its secret, encrypted, with dj-stripe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="the portal's address, for example https://portal.example.org")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        change = parser.add_mutually_exclusive_group()
        change.add_argument("--rotate", action="store_true", help="make a further endpoint with a new signing secret")
        change.add_argument("--retire", action="store_true", help="end every endpoint of this address but the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        base = options["url"].rstrip("/")
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
            raise CommandError(f"{base!r} is not an address such as https://portal.example.org")
        try:
            report = self._run(base, options)
        except stripe.StripeError as error:
            raise CommandError(f"Stripe did not take it: {error.user_message or error}") from error
        self.stdout.write(json.dumps(report) if options["json"] else _sentence(report))

    def _run(self, base: str, options: Mapping[str, Any]) -> dict[str, Any]:
        at_stripe = _at_stripe(base)
        newest = None if options["rotate"] else _newest(base, at_stripe)
        retired = self._retire(base, newest, at_stripe) if options["retire"] else []
        endpoint = newest or _create(base)
        if newest is not None:
            _ask_for_all(newest, at_stripe[newest.id])
        older = len(set(at_stripe) - {endpoint.id, *retired})
        return {"id": endpoint.id, "url": endpoint.url, "older": older, "retired": len(retired)}

    def _retire(self, base: str, newest: WebhookEndpoint | None, at_stripe: AtStripe) -> list[str]:
        """End the others, also one whose secret never reached us; first at Stripe: a rest is found by a second run."""
        if newest is None or at_stripe[newest.id].status != "enabled":
            raise CommandError("Stripe sends nothing to the newest endpoint of this address: run --rotate first")
        old = [identity for identity in at_stripe if identity != newest.id]
        for identity in old:
            stripe.WebhookEndpoint.delete(identity, api_key=settings.STRIPE_SECRET_KEY)
        _ours(base).exclude(pk=newest.pk).delete()
        return old


def _at_stripe(base: str) -> AtStripe:
    """This address' endpoints at Stripe, by their ids."""
    listed = stripe.WebhookEndpoint.list(api_key=settings.STRIPE_SECRET_KEY, limit=100)
    return {one.id: one for one in listed.auto_paging_iter() if one.url.startswith(f"{base}/stripe/webhook/")}


def _ours(base: str) -> Any:
    return WebhookEndpoint.objects.filter(url__startswith=f"{base}/stripe/webhook/")


def _newest(base: str, at_stripe: AtStripe) -> WebhookEndpoint | None:
    """The newest endpoint that both sides know, with its secret."""
    usable: WebhookEndpoint | None = _ours(base).exclude(secret="").filter(id__in=at_stripe).order_by("-pk").first()
    return usable


def _ask_for_all(endpoint: WebhookEndpoint, at_stripe: stripe.WebhookEndpoint) -> None:
    """An endpoint that an earlier release made is told of the events that this one asks for, too."""
    enabled = set(at_stripe.enabled_events)
    if "*" in enabled or enabled >= KNOWN_TYPES:
        return
    wanted = sorted(enabled | KNOWN_TYPES)
    stripe.WebhookEndpoint.modify(
        endpoint.id,
        api_key=settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
        enabled_events=wanted,  # type: ignore[arg-type]
    )
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(enabled_events=wanted)


def _create(base: str) -> WebhookEndpoint:
    identity = uuid.uuid4()
    created = stripe.WebhookEndpoint.create(
        api_key=settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
        api_version=settings.STRIPE_API_VERSION,  # type: ignore[arg-type]
        url=f"{base}/stripe/webhook/{identity}/",
        enabled_events=sorted(KNOWN_TYPES),  # type: ignore[arg-type]
        metadata={"djstripe_uuid": str(identity)},
    )
    data = json.loads(str(created))
    return WebhookEndpoint.sync_from_stripe_data(data, api_key=settings.STRIPE_SECRET_KEY)


def _sentence(report: Mapping[str, Any]) -> str:
    sentence = f"events go to {report['url']}"
    if report["older"]:
        sentence += f", and still to {report['older']} older: end them with --retire"
    if report["retired"]:
        sentence += f"; {report['retired']} older ended"
    return sentence
