"""Feeds dj-stripe's tables from the inbox, apart from the ledger.

The object is fetched anew (events come in any order, and dj-stripe keeps no versions), outside any transaction.
A mirror that fails is retried and shown, and never holds the money back.
"""

import json
import logging
from datetime import timedelta
from typing import Any, Final

import stripe
from django.conf import settings
from django.db import DatabaseError
from django.db.models import Q
from djstripe import models as djstripe_models
from djstripe.models.base import StripeModel

from payments.enums import MirrorState
from payments.models import ReceivedEvent
from portal.common import clock
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.mirror")
LEASE: Final = timedelta(minutes=3)
MOST_ATTEMPTS: Final = 10
MIRRORED: Final[dict[str, type[StripeModel]]] = {
    "charge": djstripe_models.Charge,
    "customer": djstripe_models.Customer,
    "dispute": djstripe_models.Dispute,
    "payment_intent": djstripe_models.PaymentIntent,
    "payment_method": djstripe_models.PaymentMethod,
    "refund": djstripe_models.Refund,
}


def mirror_inbox(limit: int = 25) -> int:
    """Mirror what is due; returns how many events were worked on."""
    waiting = ReceivedEvent.objects.filter(Q(mirror_state=MirrorState.WAITING), payload__isnull=False)
    due = claim(waiting, limit=limit, lease=LEASE, prefix="mirror_")
    for event in due:
        mirror(event)
    return len(due)


def mirror(event: ReceivedEvent) -> None:
    """Bring dj-stripe's Event and its object up to date; what goes wrong is written on the row."""
    if event.is_thin:
        _update(event, mirror_state=MirrorState.SKIPPED)
        return
    try:
        _sync_object(event.object_data)
        djstripe_models.Event.sync_from_stripe_data(event.payload, api_key=settings.STRIPE_SECRET_KEY)
    except (stripe.StripeError, DatabaseError, ValueError, KeyError, TypeError) as error:
        _again(event, error)
    else:
        _update(event, mirror_state=MirrorState.MIRRORED, mirror_last_error="")


def _sync_object(told: dict[str, Any]) -> None:
    model = MIRRORED.get(told.get("object", ""))
    if model is None:
        return
    current = model.stripe_class.retrieve(
        told["id"],
        api_key=settings.STRIPE_SECRET_KEY,
        stripe_version=settings.STRIPE_API_VERSION,
        expand=model.expand_fields,
    )
    model.sync_from_stripe_data(json.loads(str(current)), api_key=settings.STRIPE_SECRET_KEY)


def _again(event: ReceivedEvent, error: Exception) -> None:
    given_up = event.mirror_attempts >= MOST_ATTEMPTS
    wait = back_off(event.mirror_attempts, first=timedelta(seconds=15), longest=timedelta(hours=1))
    logger.warning("an event could not be mirrored", extra={"event": event.event_id, "error": type(error).__name__})
    _update(
        event,
        mirror_state=MirrorState.FAILED if given_up else MirrorState.WAITING,
        mirror_due_at=clock.now() + wait,
        mirror_last_error=f"{type(error).__name__}: {error}"[:500],
    )


def _update(event: ReceivedEvent, **fields: Any) -> None:
    ReceivedEvent.objects.filter(pk=event.pk).update(mirror_leased_until=None, **fields)
