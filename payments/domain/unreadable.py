"""What Stripe signed and no row of the inbox takes: kept as its bytes, shown, alerted on, never sent back.

To refuse one would make Stripe send it for three days, then end the endpoint. Money does not wait for it:
reconciliation reads the objects themselves.
"""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payments.enums import LedgerState, MirrorState
from payments.models import ReceivedEvent, UnreadableEvent
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock

TYPE: Final = "unreadable"
_EVENT_ID: Final = re.compile(rb'"id"\s*:\s*"(evt_[A-Za-z0-9_]{1,200})"')


@transaction.atomic
def keep(body: bytes, reason: str) -> bool:
    """Store what arrived, once by the event's id, or by its hash where none can be read; False when it is there."""
    match = _EVENT_ID.search(body)
    row, is_new = ReceivedEvent.objects.get_or_create(
        event_id=match[1].decode() if match else f"sha256:{sha256(body).hexdigest()}",
        defaults={
            "type": TYPE,
            "livemode": settings.STRIPE_LIVE_MODE,
            "created_at": clock.now(),
            "ledger_state": LedgerState.FAILED,
            "mirror_state": MirrorState.SKIPPED,
            "last_error": (_("Stripe signed this, but it can’t be read: %(reason)s.") % {"reason": reason})[:500],
        },
    )
    if is_new:
        UnreadableEvent.objects.create(event=row, body=body)
    return is_new


def waiting() -> QuerySet[UnreadableEvent]:
    """Those that nobody has settled."""
    return UnreadableEvent.objects.filter(event__ledger_state=LedgerState.FAILED)


@transaction.atomic
def settle(event_id: str, *, cause: Cause) -> bool:
    """Somebody has looked at it, and at its object in Stripe: nothing is left to do. False when there is no such."""
    failed = ReceivedEvent.objects.filter(event_id=event_id, type=TYPE, ledger_state=LedgerState.FAILED)
    event = failed.select_for_update().first()
    if event is None:
        return False
    ReceivedEvent.objects.filter(pk=event.pk).update(ledger_state=LedgerState.IGNORED)
    record("event.settled", event, cause=Cause(cause.actor, cause.source, external_id=event.event_id))
    return True


def forget_bodies_about(ids: Iterable[str]) -> int:
    """Delete the bytes that name one of these objects of Stripe's; returns how many. There are few such rows."""
    named = [identity.encode() for identity in ids]
    rows = UnreadableEvent.objects.iterator(chunk_size=100)
    pks = [row.pk for row in rows if any(identity in bytes(row.body) for identity in named)]
    return UnreadableEvent.objects.filter(pk__in=pks).delete()[0]
