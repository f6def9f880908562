"""Runs that compare the ledger with Stripe, and what Stripe had while one ran."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import Q

from payments.enums import RunKind, RunState
from portal.common import clock


class ReconciliationRun(models.Model):
    """One comparison of `since` to `until` (UTC). `found` and `healed` count discrepancies by kind."""

    OVERLAP: ClassVar = timedelta(hours=1)  # clocks and lists differ at the edges

    kind = models.CharField(max_length=10, choices=RunKind, editable=False)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING, editable=False)
    since = models.DateTimeField(editable=False)
    until = models.DateTimeField(editable=False)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    seen = models.JSONField(default=dict, editable=False)
    found = models.JSONField(default=dict, editable=False)
    healed = models.JSONField(default=dict, editable=False)
    error = models.CharField(max_length=500, blank=True, editable=False)

    class Meta:
        ordering = ("-started_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="one_reconciliation_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M}"


class Staged(models.Model):
    """An object as Stripe listed it. Amounts in minor units; `status` in Stripe's words; gone when the run ends."""

    run = models.ForeignKey(ReconciliationRun, on_delete=models.CASCADE, related_name="+")
    stripe_id = models.CharField(max_length=255, db_index=True)
    intent_id = models.CharField(max_length=255, blank=True, db_index=True)
    status = models.CharField(max_length=40)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        abstract = True


class StagedIntent(Staged):
    """A PaymentIntent; `payment_ref` is its metadata's payment_id."""

    received = models.BigIntegerField()
    payment_ref = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.stripe_id


class StagedRefund(Staged):
    """A refund."""

    def __str__(self) -> str:
        return self.stripe_id


class StagedDispute(Staged):
    """A dispute."""

    def __str__(self) -> str:
        return self.stripe_id
