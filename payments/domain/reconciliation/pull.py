"""What Stripe has in a window of time, into staging; the events it made, into the inbox."""

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from payments.domain.inbox import NOT_AN_EVENT, event_from, store
from payments.gateway import gateway
from payments.models import ReceivedEvent, ReconciliationRun, StagedDispute, StagedIntent, StagedRefund

BATCH: Final = 1000


def pull(run: ReconciliationRun) -> dict[str, int]:
    """Stage intents, refunds and disputes created in the run's window; returns how many of each."""
    stripe, since, until = gateway(), run.since, run.until
    intents = (
        StagedIntent(
            run=run,
            stripe_id=intent.id,
            intent_id=intent.id,
            status=intent.status,
            amount=intent.amount,
            received=intent.amount_received,
            currency=intent.currency,
            payment_ref=intent.metadata.get("payment_id", "")[:20],
        )
        for intent in stripe.intents_between(since, until)
    )
    refunds = (_staged(StagedRefund, run, refund) for refund in stripe.refunds_between(since, until))
    disputes = (_staged(StagedDispute, run, dispute) for dispute in stripe.disputes_between(since, until))
    return {
        "intents": _stage(StagedIntent, intents),
        "refunds": _stage(StagedRefund, refunds),
        "disputes": _stage(StagedDispute, disputes),
    }


def _staged(model: Any, run: ReconciliationRun, told: Any) -> Any:
    return model(
        run=run,
        stripe_id=told.id,
        intent_id=told.intent_id,
        status=told.status,
        amount=told.amount,
        currency=told.currency,
    )


def _stage(model: Any, rows: Iterator[Any]) -> int:
    total = 0
    while batch := list(islice(rows, BATCH)):
        model.objects.bulk_create(batch)
        total += len(batch)
    return total


def catch_up(run: ReconciliationRun) -> tuple[int, list[str]]:
    """Store the events of the window that never arrived; returns how many were seen, and the ids of the missed."""
    seen, missed = 0, []
    events = gateway().events_between(run.since, run.until)
    while batch := list(islice(events, BATCH)):
        seen += len(batch)
        ids = [event["id"] for event in batch]
        known = set(ReceivedEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
        missed += [event["id"] for event in batch if event["id"] not in known and _stored(event)]
    return seen, missed


def _stored(event: dict[str, Any]) -> bool:
    try:
        return store(event_from(event))
    except NOT_AN_EVENT:
        return False
