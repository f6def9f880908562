"""How long the inbox keeps what Stripe told us."""

from datetime import timedelta
from typing import Final

from payments.enums import LedgerState, MirrorState
from payments.models import ReceivedEvent, UnreadableEvent
from portal.common import clock

KEEP_PAYLOADS: Final = timedelta(days=90)
BATCH: Final = 1000


def trim_payloads() -> int:
    """Empty the payloads of events received 90 days ago or earlier; returns how many.

    The row stays with its id and states, so that the event is still known as a duplicate. What is still waiting to
    be applied or mirrored keeps its payload. What could not be read loses its bytes.
    """
    old = ReceivedEvent.objects.filter(received_at__lte=clock.now() - KEEP_PAYLOADS, payload__isnull=False)
    done = old.exclude(ledger_state=LedgerState.RECEIVED).exclude(mirror_state=MirrorState.WAITING)
    trimmed = 0
    while ids := list(done.values_list("pk", flat=True)[:BATCH]):  # small transactions: deliveries go on meanwhile
        trimmed += ReceivedEvent.objects.filter(pk__in=ids).update(payload=None)
    UnreadableEvent.objects.filter(event__received_at__lte=clock.now() - KEEP_PAYLOADS).delete()
    return trimmed
