"""Where staging and the ledger differ: set-based, joined by Stripe's ids and never by window.

Each step is one pass over a join and is read when the one before is settled, so that a payment is healed before
its refunds are compared.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, Final

from django.db.models import F, FilteredRelation, Q

from payments.enums import (
    CAPTURED,
    INTENT_STATUS_AT_STRIPE,
    LIVE,
    REFUND_STATUS_AT_STRIPE,
    UNPAID,
    DiscrepancyKind,
    Method,
    PaymentStatus,
    RefundStatus,
)
from payments.models import (
    Payment,
    PaymentQuerySet,
    ReconciliationRun,
    Refund,
    StagedDispute,
    StagedIntent,
    StagedRefund,
)
from portal.common import clock

K = DiscrepancyKind
BATCH: Final = 1000
FEE_GRACE: Final = timedelta(hours=1)  # a balance transaction may come later than its charge
_INTENT: Final = ("payment_id", "status", "amount", "received", "currency", "payment_ref")
_OURS: Final = ("payment__id", "payment__status", "payment__amount", "payment__currency")


@dataclass(frozen=True, slots=True)
class Candidate:
    """`stripe_id` names the object; `intent_id` its payment's intent; `amount` (minor units) is at stake.

    `listed_status` is Stripe's when it was listed: what has another one now changed meanwhile, and waits for the
    next run.
    """

    kind: DiscrepancyKind
    stripe_id: str
    intent_id: str = ""
    payment_id: int | None = None
    amount: int = 0
    currency: str = ""
    listed_status: str = ""


def intents(run: ReconciliationRun) -> Iterator[Candidate]:
    """Intents without a payment of ours, and those whose amount, currency or status is another one."""
    staged = StagedIntent.objects.filter(run=run).filter(
        Q(payment__id__isnull=True) | _money_differs() | _status_differs()
    )
    for row in staged.values(*_INTENT, *_OURS).iterator():
        candidate = _matched(row) if row["payment__id"] else _stranger(row)
        if candidate is not None:
            yield candidate


def _money_differs() -> Q:
    short = Q(status="succeeded") & ~Q(received=F("payment__amount"))
    return ~Q(amount=F("payment__amount")) | ~Q(currency=F("payment__currency")) | short


def _status_differs() -> Q:
    paid_there = Q(status="succeeded") & ~Q(payment__status__in=CAPTURED)
    paid_here = ~Q(status="succeeded") & Q(payment__status__in=CAPTURED)
    closed_there = Q(status="canceled") & Q(payment__status__in=UNPAID)
    closed_here = ~Q(status__in=["canceled", "succeeded"]) & Q(payment__status=PaymentStatus.CANCELLED)
    unknown = ~Q(status__in=INTENT_STATUS_AT_STRIPE)
    return paid_there | paid_here | closed_there | closed_here | unknown


def _finding(kind: DiscrepancyKind, row: dict[str, Any], payment_id: int | None) -> Candidate:
    at_stake = row["received"] if row["status"] == "succeeded" else 0
    intent_id = row["payment_id"]
    return Candidate(kind, intent_id, intent_id, payment_id, at_stake, row["currency"], row["status"])


def _matched(row: dict[str, Any]) -> Candidate:
    payment_id = row["payment__id"]
    received = row["received"] if row["status"] == "succeeded" else row["amount"]
    ours = row["payment__amount"]
    if (row["amount"], received, row["currency"]) != (ours, ours, row["payment__currency"]):
        return _finding(K.AMOUNT_DIFFERS, row, payment_id)
    cancelled_here = row["payment__status"] == PaymentStatus.CANCELLED
    if row["status"] == "succeeded" and cancelled_here and _paid_otherwise(payment_id):
        return _finding(K.DUPLICATE_CHARGE, row, payment_id)
    return _finding(K.STATUS_DIFFERS, row, payment_id)


def _stranger(row: dict[str, Any]) -> Candidate | None:
    """An intent of no payment: a lost reply, a second charge, or nothing that we know of."""
    paid = row["status"] == "succeeded"
    reference = row["payment_ref"]
    if not reference:
        return _finding(K.UNKNOWN_CHARGE, row, None) if paid else None
    if row["status"] == "canceled":
        return None
    claimed = Payment.objects.filter(pk=int(reference)).first() if reference.isdecimal() else None
    if claimed is None or claimed.intent_id is None:
        return _finding(K.MISSING_LOCALLY, row, claimed.pk if claimed else None)
    if paid and (claimed.status in CAPTURED or _paid_otherwise(claimed.pk)):
        return _finding(K.DUPLICATE_CHARGE, row, claimed.pk)
    return _finding(K.MISSING_LOCALLY, row, claimed.pk)


def _paid_otherwise(payment_id: int) -> bool:
    """Whether the payment's booking has another live payment for the same purpose."""
    payment = Payment.objects.get(pk=payment_id)
    others = Payment.objects.filter(booking=payment.booking_id, purpose=payment.purpose, status__in=LIVE)
    return others.exclude(pk=payment_id).exists()


def payments(run: ReconciliationRun) -> Iterator[Candidate]:
    """Payments whose intent Stripe did not list, made well inside the window."""
    ours = _by_stripe().filter(intent_id__isnull=False)
    inside = ours.filter(created_at__gte=run.since + run.OVERLAP, create_requested_at__lte=run.until - run.OVERLAP)
    listed = FilteredRelation("staged_intents", condition=Q(staged_intents__run=run))
    absent = inside.annotate(listed=listed).filter(listed__id__isnull=True).values_list("pk", flat=True)
    numbers = iter(list(absent))  # all at once: PostgreSQL joins for a cursor with one process only
    while some := list(islice(numbers, BATCH)):
        for payment in Payment.objects.filter(pk__in=some):
            intent_id = str(payment.intent_id)
            at_stake = payment.captured_amount - payment.refunded_amount
            yield Candidate(K.MISSING_AT_STRIPE, intent_id, intent_id, payment.pk, at_stake, payment.currency)


def fees(run: ReconciliationRun) -> Iterator[Candidate]:
    """Captured payments that still have no fee or balance transaction after the time that one may take."""
    settled = (
        _by_stripe()
        .captured()
        .filter(succeeded_at__gte=run.since, succeeded_at__lte=min(run.until, clock.now() - FEE_GRACE))
    )
    for payment in settled.filter(Q(fee_amount__isnull=True) | Q(balance_transaction_id="")).iterator():
        intent_id = str(payment.intent_id)
        yield Candidate(K.FEE_MISSING, payment.charge_id or intent_id, intent_id, payment.pk, 0, payment.currency)


def refunds(run: ReconciliationRun) -> Iterator[Candidate]:
    """Refunds of our payments that we do not have, or have otherwise; and ours that Stripe did not list."""
    agreed = Q(pk__in=[])
    for theirs, ours in REFUND_STATUS_AT_STRIPE.items():
        agreed |= Q(status=theirs, refund__status=ours)
    differs = Q(refund__id__isnull=True) | ~Q(amount=F("refund__amount")) | ~agreed
    staged = StagedRefund.objects.filter(run=run, payment__id__isnull=False).filter(differs)
    for row in staged.select_related("payment").iterator():
        yield _following(K.REFUND_DIFFERS, str(row.refund_id), row)
    listed = FilteredRelation("staged", condition=Q(staged__run=run))
    sent = Refund.objects.order_by().filter(stripe_refund_id__isnull=False, status=RefundStatus.SUCCEEDED)
    inside = sent.filter(created_at__gte=run.since + run.OVERLAP, settled_at__lte=run.until - run.OVERLAP)
    missing = inside.annotate(listed=listed).filter(listed__id__isnull=True).select_related("payment")
    for refund in missing.iterator():
        intent_id, currency = str(refund.payment.intent_id), refund.payment.currency
        stripe_id = str(refund.stripe_refund_id)
        yield Candidate(K.REFUND_DIFFERS, stripe_id, intent_id, refund.payment_id, refund.amount, currency)


def disputes(run: ReconciliationRun) -> Iterator[Candidate]:
    """Disputes of our payments that we do not have, or with another state, currency or sum."""
    staged = StagedDispute.objects.filter(run=run, payment__id__isnull=False)
    differs = ~Q(
        status=F("dispute__status"),
        amount=F("dispute__amount"),
        currency=F("payment__currency"),
        withdrawn=F("dispute__withdrawn_amount"),
        settlement=F("dispute__settlement_amount"),
        fee=F("dispute__fee_amount"),
        movements=F("dispute__movements"),
    )
    for row in staged.filter(Q(dispute__id__isnull=True) | differs).select_related("payment").iterator():
        yield _following(K.DISPUTE_MISSING, str(row.dispute_id), row)


def _following(kind: DiscrepancyKind, stripe_id: str, row: StagedRefund | StagedDispute) -> Candidate:
    payment = row.payment
    assert payment is not None  # the query says so
    return Candidate(kind, stripe_id, str(payment.intent_id), payment.pk, row.amount, row.currency, row.status)


def _by_stripe() -> PaymentQuerySet:
    return Payment.objects.order_by().filter(method=Method.STRIPE)


STEPS: Final[tuple[Callable[[ReconciliationRun], Iterator[Candidate]], ...]] = (
    intents,
    payments,
    fees,
    refunds,
    disputes,
)
