"""`manage.py register_webhook URL`: make sure Stripe sends its events to this portal."""

import json
import uuid
from argparse import ArgumentParser
from typing import Any
from urllib.parse import urlsplit

import stripe
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from djstripe.models import WebhookEndpoint

from payments.domain.inbox import KNOWN_TYPES


class Command(BaseCommand):
    help = "Create (or find) the webhook endpoint at Stripe and keep its secret with dj-stripe."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("url", help="the portal's address, for example https://portal.example.org")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        base = options["url"].rstrip("/")
        if urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc:
            raise CommandError(f"{base!r} is not an address such as https://portal.example.org")
        try:
            endpoint = self._known(base) or self._create(base)
        except stripe.StripeError as error:
            raise CommandError(f"Stripe did not take it: {error.user_message or error}") from error
        report = {"id": endpoint.id, "url": endpoint.url}
        self.stdout.write(json.dumps(report) if options["json"] else f"events go to {endpoint.url}")

    def _known(self, base: str) -> WebhookEndpoint | None:
        """The endpoint that both sides know, with its secret."""
        ours = WebhookEndpoint.objects.filter(url__startswith=f"{base}/stripe/webhook/").exclude(secret="")
        at_stripe = {
            endpoint.id
            for endpoint in stripe.WebhookEndpoint.list(
                api_key=settings.STRIPE_SECRET_KEY, limit=100
            ).auto_paging_iter()
        }
        return next((endpoint for endpoint in ours if endpoint.id in at_stripe), None)

    def _create(self, base: str) -> WebhookEndpoint:
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
