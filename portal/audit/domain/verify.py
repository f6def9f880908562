"""`verify()` walks the chain and finds altered, removed, inserted and truncated rows."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from portal.audit.domain.seal import chained
from portal.audit.models import AuditEvent
from portal.common import clock


@dataclass(slots=True)
class Verification:
    """What was found: `findings` are sentences; `oldest_unsealed` is the age of the oldest row outside the chain."""

    rows: int = 0
    findings: list[str] = field(default_factory=list)
    oldest_unsealed: timedelta | None = None


def verify() -> Verification:
    """Compare every sealed row with the chain, and the chain's heads with those exported outside the database.

    An earlier key of AUDIT_HMAC_KEY_FALLBACKS counts up to the first row that a later one sealed: whoever finds a key
    that was replaced changes nothing unnoticed after that.
    """
    result = Verification()
    keys = [settings.AUDIT_HMAC_KEY, *settings.AUDIT_HMAC_KEY_FALLBACKS]
    heads = _exported_heads()
    expected, seal = 1, ""
    for event in AuditEvent.objects.filter(sequence__isnull=False).order_by("sequence").iterator(chunk_size=2000):
        result.rows += 1
        sequence = event.sequence or 0
        if sequence != expected:
            result.findings.append(f"rows {expected} to {sequence - 1} of the chain are gone")
        elif not (sealed_with := _key_of(event, seal, sequence, keys)):
            result.findings.append(f"row {sequence} (audit event {event.pk}) was altered or inserted")
        else:
            keys = keys[: keys.index(sealed_with) + 1]
        if heads.pop(sequence, event.seal) != event.seal:
            result.findings.append(f"row {sequence} does not match the head exported when it was sealed")
        expected, seal = sequence + 1, event.seal
    if heads:
        result.findings.append(f"the chain ends at {expected - 1}, but was exported up to {max(heads)}: it was cut")
    oldest = AuditEvent.objects.filter(sequence__isnull=True).order_by("occurred_at").first()
    result.oldest_unsealed = clock.now() - oldest.occurred_at if oldest else None
    return result


def _key_of(event: AuditEvent, previous: str, sequence: int, keys: Sequence[str]) -> str:
    """The key that sealed the row; empty when none did."""
    return next((key for key in keys if chained(previous, sequence, event, key) == event.seal), "")


def _exported_heads() -> dict[int, str]:
    """sequence -> seal; a repeated head counts as exported last."""
    path = Path(settings.AUDIT_HEADS_FILE)
    if not path.exists():
        return {}
    heads: dict[int, str] = {}
    for line in path.read_text().splitlines():
        entry = json.loads(line)
        heads[entry["sequence"]] = entry["seal"]
    return heads
