"""Runs that compare the ledger with Stripe, and what Stripe had while one ran."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from payments.enums import RunKind, RunState
from payments.models.dispute import Dispute
from payments.models.payment import Payment
from payments.models.refund import Refund
from portal.common import clock

# A key that the ORM joins by and the database neither checks nor indexes.
UNCHECKED: dict[str, Any] = {"null": True, "db_constraint": False, "db_index": False}


def new_lease() -> datetime:
    """Until when a run that says nothing more counts as alive."""
    return clock.now() + ReconciliationRun.LEASE


class ReconciliationRun(models.Model):
    """One comparison of `since` to `until` (UTC). `found` and `healed` count discrepancies by kind.

    `failed` counts those that could not be looked at or healed for an error of ours or of Stripe's.
    """

    OVERLAP: ClassVar = timedelta(hours=1)  # clocks and lists differ at the edges
    LEASE: ClassVar = timedelta(minutes=10)

    kind = models.CharField(max_length=10, choices=RunKind, editable=False)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING, editable=False)
    since = models.DateTimeField(editable=False)
    until = models.DateTimeField(editable=False)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    seen = models.JSONField(default=dict, editable=False)
    found = models.JSONField(default=dict, editable=False)
    healed = models.JSONField(default=dict, editable=False)
    failed = models.JSONField(default=dict, db_default={}, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)
    leased_until = models.DateTimeField(default=new_lease, editable=False)

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(fields=["kind"], condition=Q(state="running"), name="one_reconciliation_at_a_time"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M}"


class Staged(models.Model):
    """An object as Stripe listed it, gone when the run ends. Amounts in minor units; `status` in Stripe's words.

    No constraint and no index, and on PostgreSQL no number of its own either (its id is 0): it is filled by COPY and
    read by whole joins, through keys on Stripe's ids.
    """

    LONGEST_STATUS: ClassVar = 40
    LISTED: ClassVar[tuple[str, ...]] = ("stripe_id", "intent_id", "status", "amount", "currency")

    run = models.ForeignKey(ReconciliationRun, models.CASCADE, related_name="+", **UNCHECKED)
    status = models.CharField(max_length=LONGEST_STATUS)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        abstract = True


class StagedIntent(Staged):
    """A PaymentIntent; `payment_ref` is its metadata's payment_id. Joined to our payment by the intent's id."""

    LISTED = ("stripe_id", "status", "amount", "currency", "received", "payment_ref")

    payment = models.ForeignKey(
        Payment,
        models.DO_NOTHING,
        to_field="intent_id",
        db_column="stripe_id",
        related_name="staged_intents",
        **UNCHECKED,
    )
    received = models.BigIntegerField()
    payment_ref = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return str(self.payment_id)


class StagedRefund(Staged):
    """A refund, joined to ours and to its payment."""

    refund = models.ForeignKey(
        Refund,
        models.DO_NOTHING,
        to_field="stripe_refund_id",
        db_column="stripe_id",
        related_name="staged",
        **UNCHECKED,
    )
    payment = models.ForeignKey(
        Payment,
        models.DO_NOTHING,
        to_field="intent_id",
        db_column="intent_id",
        related_name="staged_refunds",
        **UNCHECKED,
    )

    def __str__(self) -> str:
        return str(self.refund_id)


class StagedDispute(Staged):
    """A dispute, joined to ours and to its payment."""

    LISTED = (*Staged.LISTED, "withdrawn", "settlement", "fee", "movements")

    dispute = models.ForeignKey(
        Dispute,
        models.DO_NOTHING,
        to_field="stripe_dispute_id",
        db_column="stripe_id",
        related_name="staged",
        **UNCHECKED,
    )
    payment = models.ForeignKey(
        Payment,
        models.DO_NOTHING,
        to_field="intent_id",
        db_column="intent_id",
        related_name="staged_disputes",
        **UNCHECKED,
    )
    withdrawn = models.BigIntegerField(default=0, db_default=0)
    settlement = models.BigIntegerField(default=0, db_default=0)
    fee = models.BigIntegerField(default=0, db_default=0)
    movements = models.PositiveIntegerField(default=0, db_default=0)

    def __str__(self) -> str:
        return str(self.dispute_id)


class PaymentPageCheck(models.Model):
    """One look at the payment page as a browser receives it. `differences` holds kind and subject of each."""

    checked_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    differences = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ("-checked_at",)

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}: {len(self.differences)}"
