"""The sealer: chains committed audit rows with an HMAC and exports each head to a file outside the database."""

import hmac
import json
import os
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from portal.audit.models import AuditEvent, AuditHead
from portal.common import clock

BATCH = 1000


def chained(previous: str, sequence: int, event: AuditEvent) -> str:
    """HMAC-SHA256 of the previous seal, the sequence number and the row's content, as 64 hexadecimal digits."""
    content = [
        previous,
        sequence,
        event.pk,
        event.occurred_at.isoformat(),
        event.action,
        event.object_type,
        event.object_id,
        event.actor_kind,
        event.actor_id,
        event.source,
        event.stripe_event_id,
        event.data,
    ]
    message = json.dumps(content, sort_keys=True, separators=(",", ":")).encode()
    return hmac.new(settings.AUDIT_HMAC_KEY.encode(), message, sha256).hexdigest()


def seal_committed() -> int:
    """Seal every committed row that has no place in the chain yet; returns how many.

    The head is exported before the batch commits: a crash in between leaves a head in the file that the next
    run repeats, never a sealed row that the file does not know.
    """
    total = 0
    while sealed := _seal_batch():
        total += sealed
        if sealed < BATCH:
            break
    return total


@transaction.atomic
def _seal_batch() -> int:
    AuditHead.objects.get_or_create(pk=1)
    head = AuditHead.objects.select_for_update(no_key=True).get(pk=1)
    events = list(AuditEvent.objects.filter(sequence__isnull=True).order_by("pk")[:BATCH])
    if not events:
        return 0
    for event in events:
        head.seal = event.seal = chained(head.seal, head.sequence + 1, event)
        head.sequence = event.sequence = head.sequence + 1
    AuditEvent.objects.bulk_update(events, ["sequence", "seal"])
    head.sealed_at = clock.now()
    head.save()
    _export(head)
    return len(events)


def _export(head: AuditHead) -> None:
    path = Path(settings.AUDIT_HEADS_FILE)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"sequence": head.sequence, "seal": head.seal, "at": str(head.sealed_at)})
    with path.open("a") as heads:
        heads.write(line + "\n")
        heads.flush()
        os.fsync(heads.fileno())
