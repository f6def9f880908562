"""What Stripe has in a window of time, into staging; the events it made, into the inbox."""

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import islice
from typing import Any, Final

from django.db import DataError

from payments.domain.event_types import KNOWN_TYPES
from payments.domain.inbox import NOT_AN_EVENT, drop_client_secrets, event_from, store
from payments.domain.reconciliation.load import Row, analyze, clear, stage
from payments.domain.reconciliation.windows import listed
from payments.domain.unreadable import keep
from payments.gateway import gateway
from payments.gateway.base import DisputeResult, Intent, RefundResult
from payments.models import ReceivedEvent, ReconciliationRun, Staged, StagedDispute, StagedIntent, StagedRefund
from portal.common import clock
from portal.common.clock import from_epoch
from portal.common.json_input import Unstorable, read_json

BATCH: Final = 1000
ON_ITS_WAY: Final = timedelta(minutes=5)  # an event younger than this has not been missed yet
PULLED: Final = 0.5  # the share of a run that is done when everything is read


Progress = Callable[[str, float], None]  # the current step, and the share that is done: 0 to 1


class ProgressReporter:
    """Called with a message at each step of the work; first renews the run's lease."""

    def __init__(self, progress: Progress, renew: Callable[[], None]) -> None:
        self._progress, self._renew = progress, renew
        self.share = 0.0

    def __call__(self, message: str) -> None:
        self._renew()
        self._progress(message, self.share)


def pull(run: ReconciliationRun, tell: ProgressReporter) -> dict[str, int]:
    """Stage intents, refunds and disputes created in the run's window; returns how many of each."""
    stripe = gateway()
    clear()
    lists: tuple[tuple[str, type[Staged], Any, Callable[[Any], Row]], ...] = (
        ("intents", StagedIntent, stripe.intents_between, intent_row),
        ("refunds", StagedRefund, stripe.refunds_between, followed_row),
        ("disputes", StagedDispute, stripe.disputes_between, dispute_row),
    )
    seen = {}
    for number, (name, model, listing, as_row) in enumerate(lists):
        tell.share = PULLED * number / len(lists)
        seen[name] = _pulled(model, run, listing, as_row, tell)
    return seen


def _pulled(
    model: type[Staged], run: ReconciliationRun, listing: Any, as_row: Callable[[Any], Row], tell: ProgressReporter
) -> int:
    total = 0
    for written in stage(model, run, map(as_row, listed(listing, run.since, run.until))):
        total += written
        tell(f"{total:,} {model._meta.verbose_name_plural} read")
    analyze(model)
    return total


def intent_row(intent: Intent) -> Row:
    """Values of StagedIntent.LISTED."""
    reference = intent.metadata.get("payment_id", "")[:20]
    return (
        intent.id,
        intent.status[: Staged.LONGEST_STATUS],
        intent.amount,
        intent.currency,
        intent.amount_received,
        reference,
    )


def followed_row(stated: RefundResult | DisputeResult) -> Row:
    """Values of Staged.LISTED, for what follows a payment."""
    return stated.id, stated.intent_id, stated.status[: Staged.LONGEST_STATUS], stated.amount, stated.currency


def dispute_row(stated: DisputeResult) -> Row:
    """Values of StagedDispute.LISTED."""
    return *followed_row(stated), stated.withdrawn_amount, stated.settlement_amount, stated.fee_amount, stated.movements


def catch_up(run: ReconciliationRun, tell: ProgressReporter) -> tuple[int, list[str]]:
    """Store the window's events that are not here; returns how many were seen, and the ids of the missed.

    What may still be on its way is stored too, and not called missed.
    """
    seen, missed = 0, []
    expected_by = clock.now() - ON_ITS_WAY
    events = listed(partial(gateway().events_between, types=KNOWN_TYPES), run.since, run.until)
    while batch := list(islice(events, BATCH)):
        seen += len(batch)
        ids = [event["id"] for event in batch]
        known = set(ReceivedEvent.objects.filter(event_id__in=ids).values_list("event_id", flat=True))
        stored = [event for event in batch if event["id"] not in known and _stored(event)]
        missed += [event["id"] for event in stored if from_epoch(event["created"]) < expected_by]
        tell(f"{seen:,} events read")
    return seen, missed


def _stored(event: dict[str, Any]) -> bool:
    drop_client_secrets(event)
    text = json.dumps(event)
    try:
        return store(event_from(read_json(text)), text)
    except (Unstorable, DataError) as error:
        return keep(text.encode(), str(error))
    except NOT_AN_EVENT:
        return False
