"""Stripe's events arrive here: verify, store once, answer 200, ring the bell. Nothing in the request touches Stripe."""

import json
import time
from typing import Final
from uuid import UUID

import stripe
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from djstripe.models import WebhookEndpoint

from payments.domain.inbox import KNOWN_TYPES, NOT_AN_EVENT, event_from, store
from payments.metrics import WEBHOOK_ACK_SECONDS, WEBHOOK_RECEIVED
from payments.models import ReceivedEvent
from portal.common.doorbell import ring_now

SECRET_CACHE_SECONDS: Final = 60


class Refused(Exception):
    """The delivery is not taken; `result` for the metric, `status` for the answer."""

    def __init__(self, result: str, status: int = 400) -> None:
        super().__init__(result)
        self.result = result
        self.status = status


@csrf_exempt
@require_POST
def receive(request: HttpRequest, endpoint: UUID) -> HttpResponse:
    """One delivery to the endpoint with this UUID: 200 once it is durable, 400 when it is not Stripe's."""
    started = time.perf_counter()
    try:
        body = _verified_body(request, endpoint)
        event = _event(body)
        is_new = store(event, body)
    except Refused as refusal:
        WEBHOOK_RECEIVED.labels(type="unknown", result=refusal.result).inc()
        return HttpResponse(f"{refusal.result}\n", status=refusal.status, content_type="text/plain")
    if is_new:
        ring_now("payments.tasks.process_inbox")
    kind = event.type if event.type in KNOWN_TYPES else "other"
    WEBHOOK_RECEIVED.labels(type=kind, result="stored" if is_new else "duplicate").inc()
    WEBHOOK_ACK_SECONDS.observe(time.perf_counter() - started)
    return HttpResponse("ok\n", content_type="text/plain")


def _verified_body(request: HttpRequest, endpoint: UUID) -> str:
    """The raw body, signed with the endpoint's secret not long ago. Raises Refused."""
    if int(request.headers.get("Content-Length") or 0) > settings.STRIPE_WEBHOOK_MAX_BYTES:
        raise Refused("too_large", 413)
    secret, tolerance = _secret(endpoint)
    if not secret:
        raise Refused("unknown_endpoint", 404)
    try:
        body = request.body.decode()
        stripe.WebhookSignature.verify_header(body, request.headers.get("Stripe-Signature", ""), secret, tolerance)
    except UnicodeDecodeError:
        raise Refused("not_text") from None
    except stripe.SignatureVerificationError:
        raise Refused("bad_signature") from None
    return body


def _secret(endpoint: UUID) -> tuple[str, int]:
    """dj-stripe's secret and tolerance (seconds) for the endpoint, cached in this process for a minute."""
    cache, key = caches["local"], f"webhook-endpoint:{endpoint}"
    found: tuple[str, int] | None = cache.get(key)
    if found is None:
        rows = WebhookEndpoint.objects.filter(djstripe_uuid=endpoint, livemode=settings.STRIPE_LIVE_MODE)
        found = rows.values_list("secret", "djstripe_tolerance").first() or ("", 0)
        cache.set(key, found, SECRET_CACHE_SECONDS if found[0] else 5)
    return found


def _event(body: str) -> ReceivedEvent:
    """The inbox row for a verified body. Raises Refused when it is not a Stripe event of our mode."""
    try:
        event = event_from(json.loads(body))
    except NOT_AN_EVENT:
        raise Refused("not_an_event") from None
    if event.livemode != settings.STRIPE_LIVE_MODE:
        raise Refused("wrong_mode")
    return event
