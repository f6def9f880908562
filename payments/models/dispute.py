"""A charge that the cardholder disputes."""

from decimal import Decimal
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from payments.enums import DisputeStatus
from payments.models.payment import Payment
from portal.common import clock
from portal.common.money import major

LONGEST_STATUS: Final = 32
LONGEST_REASON: Final = 64


class Dispute(models.Model):
    """Stripe's dispute, as far as the ledger needs it. Amounts in minor units."""

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes", editable=False)
    stripe_dispute_id = models.CharField(_("Stripe ID"), max_length=255, unique=True, editable=False)
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    status = models.CharField(_("status"), max_length=LONGEST_STATUS, choices=DisputeStatus, editable=False)
    reason = models.CharField(_("reason"), max_length=LONGEST_REASON, blank=True, editable=False)
    is_charge_refundable = models.BooleanField(default=False, editable=False)
    withdrawn_amount = models.IntegerField(
        _("amount withdrawn"),
        default=0,
        editable=False,
        help_text="What Stripe took and has not given back, in the payment's currency.",
    )
    settlement_currency = models.CharField(
        _("settlement currency"),
        max_length=3,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text="Of the balance that Stripe took it from.",
    )
    settlement_amount = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="What is withdrawn, in minor units of the settlement currency.",
    )
    fee_amount = models.BigIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="Stripe's dispute fees, in minor units of the settlement currency.",
    )
    movements = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text="How many balance transactions the latest answer had: they only grow.",
    )
    submissions = models.PositiveSmallIntegerField(
        null=True, editable=False, help_text="How many answers the bank had been given; unknown before release 0.2.0."
    )
    fetched_at = models.DateTimeField(null=True, editable=False, help_text="When Stripe was asked for this state.")
    evidence_due_at = models.DateTimeField(_("respond by"), null=True, editable=False)
    opened_at = models.DateTimeField(_("date opened"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("date closed"), null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ("-opened_at",)
        indexes = (models.Index(fields=["closed_at", "evidence_due_at"], name="dispute_by_deadline"),)

    @property
    def fee(self) -> Decimal | None:
        """Stripe's fees in major units of `settlement_currency`; None while Stripe has taken nothing."""
        return major(self.fee_amount, self.settlement_currency) if self.settlement_currency else None

    def __str__(self) -> str:
        return f"{self.stripe_dispute_id} ({self.status})"
