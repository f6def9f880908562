"""Stripe's events arrive here: verify, store once, answer 200, queue the task. Nothing here calls Stripe."""

import hmac
import logging
import re
import time
from hashlib import sha256
from typing import Final
from uuid import UUID

import stripe
from django.conf import settings
from django.core.cache import caches
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from djstripe.models import WebhookEndpoint

from payments.domain import unreadable
from payments.domain.event_types import KNOWN_TYPES
from payments.domain.inbox import NOT_AN_EVENT, event_from, store
from payments.metrics import WEBHOOK_ACK_SECONDS, WEBHOOK_RECEIVED
from payments.models import ReceivedEvent
from portal.common.encryption import decrypt
from portal.common.json_input import Unstorable, read_json
from portal.common.screening import LengthUnknown, body_length
from portal.common.task_queue import enqueue_now

logger = logging.getLogger("payments.webhooks")

SECRET_CACHE_SECONDS: Final = 60
CLIENT_SECRET: Final = re.compile(r'("client_secret"\s*:\s*)"[^"]*"')


class WebhookRejected(Exception):
    """The delivery is not taken; `result` for the metric, `status` for the answer."""

    def __init__(self, result: str, status: int = 400) -> None:
        super().__init__(result)
        self.result = result
        self.status = status


class Signature(stripe.WebhookSignature):
    """Stripe's check of the bytes that arrived: its own takes nothing but UTF-8."""

    @staticmethod
    def _compute_signature(payload: str, secret: str) -> str:
        return hmac.new(secret.encode(), payload.encode(errors="surrogateescape"), sha256).hexdigest()


@csrf_exempt
@require_POST
def receive(request: HttpRequest, endpoint: UUID) -> HttpResponse:
    """One delivery to the endpoint with this UUID: 200 once it is durable, 400 when Stripe did not sign it."""
    started = time.perf_counter()
    try:
        body = _verified_body(request, endpoint)
        kind, is_new = _stored(body)
    except WebhookRejected as refusal:
        WEBHOOK_RECEIVED.labels(type="unknown", result=refusal.result).inc()
        return HttpResponse(f"{refusal.result}\n", status=refusal.status, content_type="text/plain")
    if is_new and kind != unreadable.TYPE:
        enqueue_now("payments.tasks.process_inbox")
    WEBHOOK_RECEIVED.labels(type=kind, result="stored" if is_new else "duplicate").inc()
    WEBHOOK_ACK_SECONDS.observe(time.perf_counter() - started)
    return HttpResponse("ok\n", content_type="text/plain")


def _verified_body(request: HttpRequest, endpoint: UUID) -> str:
    """The raw body, signed with the endpoint's secret not long ago; surrogates for bytes that are no UTF-8.

    Raises WebhookRejected.
    """
    try:
        if body_length(request) > settings.STRIPE_WEBHOOK_MAX_BYTES:
            raise WebhookRejected("too_large", 413)
    except LengthUnknown:
        raise WebhookRejected("length_required", 411) from None
    secret, tolerance = _secret(endpoint)
    if not secret:
        raise WebhookRejected("unknown_endpoint", 404)
    signature = request.headers.get("Stripe-Signature", "")
    if not signature.isascii():  # Stripe's library compares texts, and takes no others
        raise WebhookRejected("bad_signature")
    body = request.body.decode(errors="surrogateescape")
    try:
        Signature.verify_header(body, signature, secret, tolerance)
    except stripe.SignatureVerificationError:
        raise WebhookRejected("bad_signature") from None
    return body


def _secret(endpoint: UUID) -> tuple[str, int]:
    """dj-stripe's secret and tolerance (seconds) for the endpoint, cached in this process for a minute."""
    cache, key = caches["local"], f"webhook-endpoint:{endpoint}"
    known: tuple[str, int] | None = cache.get(key)
    if known is None:
        rows = WebhookEndpoint.objects.filter(djstripe_uuid=endpoint, livemode=settings.STRIPE_LIVE_MODE)
        stored, tolerance = rows.values_list("secret", "djstripe_tolerance").first() or ("", 0)
        known = (decrypt(stored), tolerance)
        cache.set(key, known, SECRET_CACHE_SECONDS if known[0] else 5)
    return known


def _stored(body: str) -> tuple[str, bool]:
    """(type for the metric, whether it is new) of a verified body, once it is durable."""
    try:
        event = _event(body)
        is_new = store(event, "" if "client_secret" in body else body)
    except (Unstorable, DataError) as error:
        logger.error("a signed event cannot be read and is kept as bytes", extra={"reason": str(error)[:200]})
        stripped = CLIENT_SECRET.sub(r"\1null", body).encode(errors="surrogateescape")
        return unreadable.TYPE, unreadable.keep(stripped, str(error))
    return event.type if event.type in KNOWN_TYPES else "other", is_new


def _event(body: str) -> ReceivedEvent:
    """The inbox row for a verified body. Raises Unstorable when it is no Stripe event of our mode that a row takes."""
    try:
        body.encode()
        event = event_from(read_json(body))
    except Unstorable:
        raise
    except UnicodeEncodeError:
        raise Unstorable("it is not UTF-8") from None
    except NOT_AN_EVENT:
        raise Unstorable("it is not an event") from None
    if event.livemode != settings.STRIPE_LIVE_MODE:
        raise Unstorable("it is of Stripe's other mode, test or live")
    return event
