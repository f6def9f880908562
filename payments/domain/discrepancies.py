"""Recording and closing differences between the ledger and Stripe."""

from collections.abc import Mapping

from django.db import transaction

from payments.enums import Applied, DiscrepancyKind, DiscrepancyStatus
from payments.gateway.base import Intent, RefundResult
from payments.models import Discrepancy, Payment
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.common import clock

Details = Mapping[str, str | int | bool | None]


@transaction.atomic
def record_discrepancy(
    kind: DiscrepancyKind,
    *,
    stripe_object_id: str,
    cause: Cause,
    payment: Payment | None = None,
    amount: int = 0,
    currency: str = "",
    details: Details | None = None,
) -> Discrepancy:
    """Open a discrepancy, or refresh the open one about the same thing. `amount` (minor units) is at stake.

    What another finder of the same thing said of it stays in `details`.
    """
    discrepancy, is_new = Discrepancy.objects.get_or_create(
        kind=kind,
        stripe_object_id=stripe_object_id,
        status=DiscrepancyStatus.OPEN,
        defaults={"payment": payment, "amount": amount, "currency": currency, "details": dict(details or {})},
    )
    if is_new:
        record("discrepancy.opened", discrepancy, cause=cause, data={"kind": kind.value, "object": stripe_object_id})
    else:
        merged = {**discrepancy.details, **(details or {})}
        Discrepancy.objects.filter(pk=discrepancy.pk).update(last_seen_at=clock.now(), amount=amount, details=merged)
    return discrepancy


def record_unless_ignored(
    kind: DiscrepancyKind,
    *,
    stripe_object_id: str,
    cause: Cause,
    payment: Payment | None = None,
    amount: int = 0,
    currency: str = "",
    details: Details | None = None,
) -> None:
    """As `record_discrepancy`; one that finance ignored stays ignored until its amount or details change."""
    ignored = Discrepancy.objects.filter(
        kind=kind, stripe_object_id=stripe_object_id, amount=amount, status=DiscrepancyStatus.IGNORED
    )
    if any(discrepancy.details.items() >= dict(details or {}).items() for discrepancy in ignored):
        return
    record_discrepancy(
        kind,
        stripe_object_id=stripe_object_id,
        cause=cause,
        payment=payment,
        amount=amount,
        currency=currency,
        details=details,
    )


def record_mismatch(
    kind: DiscrepancyKind,
    stated: Intent | RefundResult,
    payment: Payment,
    cause: Cause,
    *,
    at_stake: int,
    **details: str | int | None,
) -> Applied:
    """What Stripe says of the payment's intent or refund does not fit it. `at_stake` is in minor units."""
    record_unless_ignored(
        kind,
        stripe_object_id=stated.id,
        cause=cause,
        payment=payment,
        amount=at_stake,
        currency=stated.currency,
        details=details,
    )
    return Applied.DISCREPANCY


@transaction.atomic
def close(discrepancy: Discrepancy, status: DiscrepancyStatus, closing_note: str, *, cause: Cause) -> bool:
    """Close an open discrepancy; False when somebody closed it meanwhile."""
    open_one = Discrepancy.objects.filter(pk=discrepancy.pk, status=DiscrepancyStatus.OPEN)
    if not open_one.update(status=status, closed_at=clock.now(), closing_note=closing_note[:500]):
        return False
    record("discrepancy.closed", discrepancy, cause=cause, data={"to": status.value})
    return True
