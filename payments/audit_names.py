"""Names of the ledger's rows in the audit trail: the booking that they belong to."""

from collections.abc import Iterable

from payments.models import Dispute, Payment, Refund
from portal.common.money import formatted


def payments(keys: Iterable[str]) -> dict[str, str]:
    """£11.25 for 7K3M-9QX2-W4TD."""
    return {str(p.pk): _named(p.amount, p) for p in Payment.objects.filter(pk__in=list(keys)).select_related("booking")}


def refunds(keys: Iterable[str]) -> dict[str, str]:
    """The same of refunds."""
    rows = Refund.objects.filter(pk__in=list(keys)).select_related("payment__booking")
    return {str(row.pk): _named(row.amount, row.payment) for row in rows}


def disputes(keys: Iterable[str]) -> dict[str, str]:
    """The same of disputes."""
    rows = Dispute.objects.filter(pk__in=list(keys)).select_related("payment__booking")
    return {str(row.pk): _named(row.amount, row.payment) for row in rows}


def _named(amount: int, payment: Payment) -> str:
    return f"{formatted(amount, payment.currency)} ({payment.booking.reference})"
