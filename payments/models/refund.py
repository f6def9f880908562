"""Money on its way back."""

from datetime import timedelta
from typing import Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.enums import REFUND_TO_SEND, RefundReason, RefundStatus
from payments.models.payment import Payment
from portal.common import clock
from portal.common.leases import Leased

RESEND_WITHIN: Final = timedelta(hours=12)
GIVE_UP_AFTER: Final = timedelta(hours=24)


class Refund(Leased):
    """One refund, written (and so reserved) before Stripe is called. Amounts in minor units.

    `sequence` counts the idempotency keys used: it rises only after a definitive refusal, or when nothing was
    found a day after an unanswered call.
    """

    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds", editable=False)
    amount = models.PositiveIntegerField(_("amount"), editable=False)
    believed_balance = models.PositiveIntegerField(
        default=0, editable=False, help_text="What could be refunded when this was requested."
    )
    reason = models.CharField(_("reason"), max_length=20, choices=RefundReason, editable=False)
    token = models.UUIDField(
        null=True, unique=True, editable=False, help_text="Of the form it came from: sent twice, refunded once."
    )
    note = models.CharField(_("note"), max_length=250, blank=True, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=RefundStatus, default=RefundStatus.REQUESTED, editable=False
    )
    stripe_refund_id = models.CharField(
        _("Stripe ID"), max_length=255, unique=True, null=True, blank=True, editable=False
    )
    balance_transaction_id = models.CharField(max_length=255, blank=True, editable=False)
    failure_code = models.CharField(_("failure code"), max_length=64, blank=True, editable=False)
    covered_amount = models.PositiveIntegerField(
        default=0, db_default=0, editable=False, help_text="What a lost dispute has returned in place of this refund."
    )
    sequence = models.PositiveSmallIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("date requested"), default=clock.now, editable=False)
    first_sent_at = models.DateTimeField(null=True, editable=False)
    settled_at = models.DateTimeField(_("date completed"), null=True, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ("-created_at",)
        constraints = (models.CheckConstraint(condition=Q(amount__gt=0), name="refund_has_amount"),)
        indexes = (
            models.Index(fields=["due_at"], name="refund_due", condition=Q(status__in=sorted(REFUND_TO_SEND))),
            models.Index(fields=["settled_at"], name="refund_settled_at"),
            models.Index(fields=["created_at"], name="refund_created_at"),
            models.Index(fields=["amount", "created_at"], name="refund_amount"),
        )

    def __str__(self) -> str:
        return f"refund {self.pk} of payment {self.payment_id}"

    @property
    def was_returned_by_hand(self) -> bool:
        """Whether the money went back outside Stripe: Stripe never knows of it."""
        return self.status == RefundStatus.SUCCEEDED and not self.stripe_refund_id

    @property
    def outcome_label(self) -> str:
        """The status in words that tell a refusal from a refund that the bank sent back or that staff returned."""
        if self.was_returned_by_hand and self.reason != RefundReason.TAKEN_BACK:
            return str(_("Refunded manually"))
        if self.status == RefundStatus.FAILED:
            return str(_("Returned by the bank") if self.stripe_refund_id else _("Couldn’t be sent"))
        return str(RefundStatus(self.status).label)

    @property
    def idempotency_key(self) -> str:
        """Names this request to Stripe, however often it is sent."""
        return f"refund-{self.pk}-{self.sequence}"
