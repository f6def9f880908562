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
LONGEST_LINE = 1000  # bytes; a head takes some 150


def chained(previous: str, sequence: int, event: AuditEvent, key: str = "") -> str:
    """HMAC-SHA256 of the previous seal, the sequence number and the row's content, as 64 hexadecimal digits.

    With AUDIT_HMAC_KEY, or with `key`.
    """
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
    return hmac.new((key or settings.AUDIT_HMAC_KEY).encode(), message, sha256).hexdigest()


def seal_committed() -> int:
    """Seal every committed row that has no place in the chain yet; returns how many.

    A head is exported once its batch is committed, and by the next run when a crash came between. Exported before, it
    could name a batch that the crash took back, and whose rows are sealed in another order afterwards.
    """
    _export_head()
    total = 0
    while sealed := _seal_batch():
        _export_head()
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
    return len(events)


def _export_head() -> None:
    """Append the head to the file, unless it is there."""
    head = AuditHead.objects.filter(pk=1).first()
    path = Path(settings.AUDIT_HEADS_FILE)
    if head is None or head.sequence <= _last_exported(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps({"sequence": head.sequence, "seal": head.seal, "at": str(head.sealed_at)})
    with path.open("a") as heads:
        heads.write(line + "\n")
        heads.flush()
        os.fsync(heads.fileno())


def _last_exported(path: Path) -> int:
    """The sequence of the file's last head; 0 when there is none."""
    if not path.exists():
        return 0
    with path.open("rb") as heads:
        heads.seek(max(0, path.stat().st_size - LONGEST_LINE))
        lines = heads.read().splitlines()
    return int(json.loads(lines[-1])["sequence"]) if lines else 0
