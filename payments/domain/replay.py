"""Doing received events again: what failed, or what somebody names."""

from collections.abc import Sequence

from django.db import transaction

from payments.enums import LedgerState, MirrorState
from payments.models import ReceivedEvent
from portal.audit.actor import Actor, Source
from portal.audit.domain import record
from portal.common import clock
from portal.common.doorbell import ring


@transaction.atomic
def replay(event_ids: Sequence[str] | None, *, by: Actor, source: Source) -> int:
    """Have the named events (ids at Stripe) applied and mirrored again, or every failed one; returns how many.

    Applying is safe at any number of times. An event whose payload was trimmed cannot be done again.
    """
    kept = ReceivedEvent.objects.filter(payload__isnull=False)
    again = {"due_at": clock.now(), "leased_until": None, "attempts": 0, "last_error": ""}
    mirror = {"mirror_due_at": clock.now(), "mirror_leased_until": None, "mirror_attempts": 0}
    if event_ids is None:
        chosen = kept.filter(ledger_state=LedgerState.FAILED) | kept.filter(mirror_state=MirrorState.FAILED)
    else:
        chosen = kept.filter(event_id__in=event_ids)
    events = list(chosen)
    for event in events:
        ledger = event_ids is not None or event.ledger_state == LedgerState.FAILED
        mirrored = event_ids is not None or event.mirror_state == MirrorState.FAILED
        changes = {**({"ledger_state": LedgerState.RECEIVED, **again} if ledger else {})}
        changes |= {"mirror_state": MirrorState.WAITING, **mirror} if mirrored else {}
        ReceivedEvent.objects.filter(pk=event.pk).update(**changes)
        record("event.replayed", event, by=by, source=source, stripe_event_id=event.event_id)
    if events:
        ring("payments.tasks.process_inbox")
    return len(events)
