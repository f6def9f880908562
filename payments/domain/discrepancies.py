"""Noting a difference between the ledger and Stripe."""

from collections.abc import Mapping

from django.db import transaction

from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.models import Discrepancy, Payment
from portal.audit.actor import Actor, Source
from portal.audit.domain import record
from portal.common import clock

Details = Mapping[str, str | int | bool | None]


@transaction.atomic
def note(
    kind: DiscrepancyKind,
    *,
    stripe_object_id: str,
    by: Actor,
    source: Source,
    payment: Payment | None = None,
    amount: int = 0,
    currency: str = "",
    details: Details | None = None,
) -> Discrepancy:
    """Open a discrepancy, or refresh the open one about the same thing. `amount` (minor units) is at stake."""
    found, is_new = Discrepancy.objects.get_or_create(
        kind=kind,
        stripe_object_id=stripe_object_id,
        status=DiscrepancyStatus.OPEN,
        defaults={"payment": payment, "amount": amount, "currency": currency, "details": dict(details or {})},
    )
    if is_new:
        record("discrepancy.opened", found, by=by, source=source, data={"kind": kind.value, "object": stripe_object_id})
    else:
        Discrepancy.objects.filter(pk=found.pk).update(last_seen_at=clock.now(), details=dict(details or {}))
    return found


def was_ignored(kind: DiscrepancyKind, stripe_object_id: str, details: Details) -> bool:
    """Whether finance has ignored this very finding: the same news again does not open it again."""
    found = Discrepancy.objects.filter(kind=kind, stripe_object_id=stripe_object_id, status=DiscrepancyStatus.IGNORED)
    return found.filter(details=dict(details)).exists()


@transaction.atomic
def close(discrepancy: Discrepancy, status: DiscrepancyStatus, closing_note: str, *, by: Actor, source: Source) -> bool:
    """Close an open discrepancy; False when somebody closed it meanwhile."""
    open_one = Discrepancy.objects.filter(pk=discrepancy.pk, status=DiscrepancyStatus.OPEN)
    if not open_one.update(status=status, closed_at=clock.now(), closing_note=closing_note[:500]):
        return False
    record("discrepancy.closed", discrepancy, by=by, source=source, data={"to": status.value})
    return True
