"""Where staging and the ledger differ: set-based, joined by id and never by window."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast

from payments.domain.reconciliation.findings import Finding
from payments.enums import CAPTURED, REFUND_STATUS_AT_STRIPE, UNPAID, DiscrepancyKind, Method, PaymentStatus
from payments.models import Dispute, Payment, ReconciliationRun, Refund, StagedDispute, StagedIntent, StagedRefund
from portal.common import clock

K = DiscrepancyKind
FEE_GRACE: Final = timedelta(hours=1)  # a balance transaction may come later than its charge


def differences(run: ReconciliationRun) -> Iterator[Finding]:
    """Every candidate; each is fetched again before it counts."""
    yield from _intents_without_payment(run)
    yield from _payments_without_intent(run)
    yield from _intents_that_differ(run)
    yield from _refunds(run)
    yield from _disputes(run)
    yield from _fees(run)


def _of(kind: DiscrepancyKind, staged: Any, payment_id: int | None = None) -> Finding:
    return Finding(kind, staged.stripe_id, staged.intent_id, payment_id, staged.amount, staged.currency)


def _intents_without_payment(run: ReconciliationRun) -> Iterator[Finding]:
    known = Payment.objects.filter(intent_id=OuterRef("stripe_id"))
    strangers = StagedIntent.objects.filter(run=run).exclude(Exists(known))
    claimed = Payment.objects.annotate(ref=Cast("pk", CharField())).filter(ref=OuterRef("payment_ref"))
    for staged in strangers.annotate(claimed=Subquery(claimed.values("pk")[:1])).iterator():
        if staged.payment_ref:
            yield _of(K.MISSING_LOCALLY, staged, staged.claimed)
        elif staged.status == "succeeded":
            yield _of(K.UNKNOWN_CHARGE, staged)


def _payments_without_intent(run: ReconciliationRun) -> Iterator[Finding]:
    at_stripe = StagedIntent.objects.filter(run=run, stripe_id=OuterRef("intent_id"))
    ours = Payment.objects.order_by().filter(method=Method.STRIPE, intent_id__isnull=False)
    inside = ours.filter(created_at__gte=run.since + run.OVERLAP, create_requested_at__lte=run.until - run.OVERLAP)
    for payment in inside.exclude(Exists(at_stripe)).iterator():
        intent_id = str(payment.intent_id)
        yield Finding(K.MISSING_AT_STRIPE, intent_id, intent_id, payment.pk, payment.amount, payment.currency)


def _intents_that_differ(run: ReconciliationRun) -> Iterator[Finding]:
    payment = Payment.objects.order_by().filter(intent_id=OuterRef("stripe_id"))
    staged = StagedIntent.objects.filter(run=run).annotate(
        ours=Subquery(payment.values("pk")[:1]),
        our_status=Subquery(payment.values("status")[:1]),
        our_amount=Subquery(payment.values("amount")[:1]),
        our_currency=Subquery(payment.values("currency")[:1]),
    )
    matched = staged.filter(ours__isnull=False)
    short = Q(status="succeeded") & ~Q(received=F("our_amount"))
    for row in matched.filter(~Q(amount=F("our_amount")) | ~Q(currency=F("our_currency")) | short).iterator():
        yield _of(K.AMOUNT_DIFFERS, row, row.ours)
    for row in matched.filter(_status_differs()).iterator():
        yield _of(K.STATUS_DIFFERS, row, row.ours)


def _status_differs() -> Q:
    paid_there = Q(status="succeeded") & ~Q(our_status__in=CAPTURED)
    paid_here = ~Q(status="succeeded") & Q(our_status__in=CAPTURED)
    closed_there = Q(status="canceled") & Q(our_status__in=UNPAID)
    closed_here = ~Q(status__in=["canceled", "succeeded"]) & Q(our_status=PaymentStatus.CANCELLED)
    return paid_there | paid_here | closed_there | closed_here


def _refunds(run: ReconciliationRun) -> Iterator[Finding]:
    ours = Refund.objects.order_by().filter(stripe_refund_id=OuterRef("stripe_id"))
    payment = Payment.objects.order_by().filter(intent_id=OuterRef("intent_id"))
    staged = StagedRefund.objects.filter(run=run).annotate(
        our_status=Subquery(ours.values("status")[:1]),
        our_amount=Subquery(ours.values("amount")[:1]),
        payment_pk=Subquery(payment.values("pk")[:1]),
    )
    same = Q(our_amount=F("amount")) & _statuses_agree()
    differs = Q(our_status__isnull=True) | ~same
    for row in staged.filter(differs, payment_pk__isnull=False).iterator():
        yield _of(K.REFUND_DIFFERS, row, row.payment_pk)


def _statuses_agree() -> Q:
    agreed = Q(pk__in=[])
    for theirs, ours in REFUND_STATUS_AT_STRIPE.items():
        agreed |= Q(status=theirs, our_status=ours)
    return agreed


def _disputes(run: ReconciliationRun) -> Iterator[Finding]:
    ours = Dispute.objects.order_by().filter(stripe_dispute_id=OuterRef("stripe_id"), status=OuterRef("status"))
    payment = Payment.objects.order_by().filter(intent_id=OuterRef("intent_id"))
    staged = StagedDispute.objects.filter(run=run).annotate(payment_pk=Subquery(payment.values("pk")[:1]))
    for row in staged.filter(payment_pk__isnull=False).exclude(Exists(ours)).iterator():
        yield _of(K.DISPUTE_MISSING, row, row.payment_pk)


def _fees(run: ReconciliationRun) -> Iterator[Finding]:
    paid: QuerySet[Payment] = Payment.objects.captured().order_by().filter(method=Method.STRIPE)
    settled = paid.filter(succeeded_at__gte=run.since, succeeded_at__lte=min(run.until, clock.now() - FEE_GRACE))
    for payment in settled.filter(Q(fee_amount__isnull=True) | Q(balance_transaction_id="")).iterator():
        intent_id = str(payment.intent_id)
        yield Finding(K.FEE_MISSING, payment.charge_id or intent_id, intent_id, payment.pk, 0, payment.currency)
