"""Feeds dj-stripe's tables from the inbox, apart from the ledger, and then calls dj-stripe's event handlers.

The object is fetched anew (events come in any order, and dj-stripe keeps no versions), outside any transaction.
A mirror that fails is retried and shown, and never holds the money back; so is a handler that raises.
"""

import json
import logging
from datetime import timedelta
from typing import Any, Final

import stripe
from django.conf import settings
from django.db.models import Q
from djstripe import models as djstripe_models
from djstripe.models.base import StripeModel
from djstripe.signals import WEBHOOK_SIGNALS

from payments.enums import MirrorState
from payments.gateway.stripe_api import refuse_inside_transaction
from payments.mirror_erasure import erase, objects_of, without_person
from payments.models import Payment, ReceivedEvent
from portal.accounts.models import ERASED_DOMAIN
from portal.common import clock
from portal.common.leases import back_off, claim

logger = logging.getLogger("payments.mirror")
LEASE: Final = timedelta(minutes=3)
MOST_ATTEMPTS: Final = 10
PAGE: Final = 100
MIRRORED: Final[dict[str, type[StripeModel]]] = {
    "account": djstripe_models.Account,
    "balance_transaction": djstripe_models.BalanceTransaction,
    "charge": djstripe_models.Charge,
    "customer": djstripe_models.Customer,
    "dispute": djstripe_models.Dispute,
    "payment_intent": djstripe_models.PaymentIntent,
    "payment_method": djstripe_models.PaymentMethod,
    "payout": djstripe_models.Payout,
    "radar.early_fraud_warning": djstripe_models.EarlyFraudWarning,
    "refund": djstripe_models.Refund,
    "review": djstripe_models.Review,
}
BROUGHT_NOTHING: Final = frozenset({"failed", "canceled"})


class HandlersFailed(Exception):
    """What was mirrored stays; the handlers are called again. Names them and their errors, and no data."""


def mirror_inbox(limit: int = 25) -> int:
    """Mirror what is due; returns how many events were worked on."""
    waiting = ReceivedEvent.objects.filter(Q(mirror_state=MirrorState.WAITING), payload__isnull=False)
    due = claim(waiting, limit=limit, lease=LEASE, prefix="mirror_")
    for event in due:
        mirror(event)
    return len(due)


def mirror(event: ReceivedEvent) -> None:
    """Bring dj-stripe's Event and its object up to date, then call the handlers; what goes wrong is on the row."""
    if event.is_thin:
        _update(event, mirror_state=MirrorState.SKIPPED)
        return
    try:
        _mirror(event)
    except HandlersFailed as error:
        _again(event, str(error))
    except Exception as error:  # dj-stripe raises plain ones, too; one bad event must not keep the others
        _again(event, f"{type(error).__name__}: {error}")
    else:
        _update(event, mirror_state=MirrorState.MIRRORED, mirror_last_error="")


def _mirror(event: ReceivedEvent) -> None:
    """What names an erased person goes at the end: handlers read the object again, and it may have been just now."""
    stripe_object = event.object_data
    payload = event.payload if _erased_intent(stripe_object) is None else without_person(event.payload)
    try:
        sync(stripe_object)
        mirrored = djstripe_models.Event.sync_from_stripe_data(payload, api_key=settings.STRIPE_SECRET_KEY)
        call_handlers(mirrored)
    finally:
        if _forget_if_erased(stripe_object):
            ReceivedEvent.objects.filter(pk=event.pk).update(payload=without_person(event.payload))


def _forget_if_erased(data: dict[str, Any]) -> bool:
    """Whether the object's person was erased; then what dj-stripe fetched beside the object forgets them, too."""
    intent = _erased_intent(data)
    if intent is None:
        return False
    erase(objects_of([intent]))
    return True


def _erased_intent(data: dict[str, Any]) -> str | None:
    """The intent that the object belongs to, when it was paid by somebody who asked to be forgotten."""
    intent = data.get("id") if data.get("object") == "payment_intent" else data.get("payment_intent")
    if not isinstance(intent, str):
        return None
    owners = Payment.objects.filter(intent_id=intent, booking__caregiver__user__email__endswith=f"@{ERASED_DOMAIN}")
    return intent if owners.exists() else None


def sync(payload: dict[str, Any]) -> None:
    """Fetch the object and write its row; nothing to do for a kind without a model. Raises StripeError.

    An object that Stripe does not have any more leaves the row as it was.
    """
    model = MIRRORED.get(payload.get("object", ""))
    if model is None:
        return
    try:
        current = model.stripe_class.retrieve(
            payload["id"],
            api_key=settings.STRIPE_SECRET_KEY,
            stripe_version=settings.STRIPE_API_VERSION,
            expand=model.expand_fields,
        )
    except stripe.InvalidRequestError as error:
        if error.http_status != 404:
            raise
        logger.warning("an object to mirror is gone at Stripe", extra={"object": payload["id"]})
        return
    write(model, json.loads(str(current)))


def write(model: type[StripeModel], data: dict[str, Any]) -> None:
    """Write one object's row, with what only we know belongs to it; nothing personal of who was erased."""
    if _erased_intent(data) is not None:
        data = without_person(data)
    model.sync_from_stripe_data(data, api_key=settings.STRIPE_SECRET_KEY)
    if model is djstripe_models.Dispute:  # dj-stripe reads the single one that Stripe no longer gives
        for moved in data.get("balance_transactions") or []:
            djstripe_models.BalanceTransaction.sync_from_stripe_data(moved, api_key=settings.STRIPE_SECRET_KEY)
    if model is djstripe_models.Payout and data["automatic"] and data["status"] not in BROUGHT_NOTHING:
        _note_payout(data["id"])
    _forget_if_erased(data)


def _note_payout(payout_id: str) -> None:
    """Which payments the payout brought to the bank: no object of Stripe's says so, only the list of its contents."""
    contents = stripe.BalanceTransaction.list(
        payout=payout_id, limit=PAGE, api_key=settings.STRIPE_SECRET_KEY, stripe_version=settings.STRIPE_API_VERSION
    )
    while True:
        charges = [str(moved.source) for moved in contents.data if moved.source]
        Payment.objects.filter(charge_id__in=charges).exclude(payout_id=payout_id).update(payout_id=payout_id)
        if not contents.has_more:
            return
        contents = contents.next_page()


def intents_of_customer(customer_id: str) -> list[str]:
    """Ids of the PaymentIntents that Stripe has under this customer, as far as they are mirrored; a hundred at most."""
    intents = djstripe_models.PaymentIntent.objects.filter(customer__id=customer_id)
    return list(intents.order_by("-djstripe_id").values_list("id", flat=True)[:100])


def call_handlers(event: djstripe_models.Event) -> None:
    """Call everything connected with `@djstripe_receiver`, dj-stripe's own handlers too, each whatever the others do.

    At least once: all are called again when one fails. Never inside a transaction. Raises HandlersFailed.
    """
    refuse_inside_transaction("handlers")
    signal = WEBHOOK_SIGNALS.get(event.type)
    answers = signal.send_robust(sender=djstripe_models.Event, event=event) if signal else []
    failed = [f"{_name(handler)}: {type(a).__name__}" for handler, a in answers if isinstance(a, Exception)]
    if failed:
        raise HandlersFailed(f"A handler failed: {', '.join(failed)}")


def _name(handler: Any) -> str:
    return f"{handler.__module__}.{getattr(handler, '__qualname__', type(handler).__qualname__)}"


def _again(event: ReceivedEvent, error: str) -> None:
    given_up = event.mirror_attempts >= MOST_ATTEMPTS
    wait = back_off(event.mirror_attempts, first=timedelta(seconds=15), longest=timedelta(hours=1))
    logger.warning("an event could not be mirrored", extra={"event": event.event_id, "error": error.partition(":")[0]})
    _update(
        event,
        mirror_state=MirrorState.FAILED if given_up else MirrorState.WAITING,
        mirror_due_at=clock.now() + wait,
        mirror_last_error=error[:500],
    )


def _update(event: ReceivedEvent, **fields: Any) -> None:
    ReceivedEvent.objects.filter(pk=event.pk).update(mirror_leased_until=None, **fields)
