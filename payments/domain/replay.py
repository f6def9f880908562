"""Doing received events again: what failed, or what somebody names."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q

from payments.enums import LedgerState, MirrorState
from payments.models import ReceivedEvent
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock
from portal.common.task_queue import enqueue_on_commit


@transaction.atomic
def replay(event_ids: Sequence[str] | None, *, cause: Cause, only_failed: bool = False) -> int:
    """Have the named events (ids at Stripe) applied and mirrored again, or every failed one; returns how many.

    `only_failed` leaves alone what did not fail: the ledger, when a handler did. Applying is safe any number of
    times. An event whose payload was trimmed cannot be done again.
    """
    replayable = ReceivedEvent.objects.filter(payload__isnull=False)
    again = {"due_at": clock.now(), "leased_until": None, "attempts": 0, "last_error": ""}
    mirror = {"mirror_due_at": clock.now(), "mirror_leased_until": None, "mirror_attempts": 0}
    only_failed = only_failed or event_ids is None
    chosen = replayable if event_ids is None else replayable.filter(event_id__in=event_ids)
    if only_failed:
        chosen = chosen.filter(Q(ledger_state=LedgerState.FAILED) | Q(mirror_state=MirrorState.FAILED))
    events = list(chosen)
    for event in events:
        ledger = not only_failed or event.ledger_state == LedgerState.FAILED
        mirrored = not only_failed or event.mirror_state == MirrorState.FAILED
        changes = {**({"ledger_state": LedgerState.RECEIVED, **again} if ledger else {})}
        changes |= {"mirror_state": MirrorState.WAITING, **mirror} if mirrored else {}
        ReceivedEvent.objects.filter(pk=event.pk).update(**changes)
        record("event.replayed", event, cause=Cause(cause.actor, cause.source, external_id=event.event_id))
    if events:
        enqueue_on_commit("payments.tasks.process_inbox")
        enqueue_on_commit("payments.tasks.mirror_inbox")
    return len(events)
