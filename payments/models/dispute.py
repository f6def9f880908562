"""A charge that the cardholder disputes."""

from django.db import models

from payments.enums import DisputeStatus
from payments.models.payment import Payment
from portal.common import clock


class Dispute(models.Model):
    """Stripe's dispute, as far as the ledger needs it. Amounts in minor units."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes", editable=False)
    stripe_dispute_id = models.CharField(max_length=255, unique=True, editable=False)
    amount = models.PositiveIntegerField(editable=False)
    status = models.CharField(max_length=32, choices=DisputeStatus, editable=False)
    reason = models.CharField(max_length=64, blank=True, editable=False)
    is_charge_refundable = models.BooleanField(default=False, editable=False)
    withdrawn_amount = models.IntegerField(
        default=0, editable=False, help_text="What Stripe took from our balance and has not given back."
    )
    evidence_due_at = models.DateTimeField(null=True, editable=False)
    opened_at = models.DateTimeField(default=clock.now, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        ordering = ("-opened_at",)

    def __str__(self) -> str:
        return f"{self.stripe_dispute_id} ({self.status})"
