"""A difference between the ledger and Stripe that a person or reconciliation has to settle."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.enums import FRAUD_TASKS, REFUND_TASKS, STRIPE_ALARMS, DiscrepancyKind, DiscrepancyStatus
from payments.models.payment import Payment
from portal.common import clock


class DiscrepancyQuerySet(models.QuerySet["Discrepancy"]):
    """Discrepancies."""

    def open_differences(self) -> "DiscrepancyQuerySet":
        """Open ones between the ledger and Stripe: warnings, reviews and alarms are told apart."""
        return self.filter(status=DiscrepancyStatus.OPEN).exclude(kind__in=FRAUD_TASKS | STRIPE_ALARMS)


class Discrepancy(models.Model):
    """One finding; a second sighting of the same thing does not open a second one. `amount` is what is at stake."""

    kind = models.CharField(_("type"), max_length=24, choices=DiscrepancyKind, editable=False)
    payment = models.ForeignKey(
        Payment,
        on_delete=models.PROTECT,
        null=True,
        related_name="discrepancies",
        editable=False,
        verbose_name=_("payment"),
    )
    stripe_object_id = models.CharField(_("Stripe ID"), max_length=255, blank=True, editable=False)
    amount = models.BigIntegerField(
        _("amount"), default=0, editable=False
    )  # whatever Stripe tells of: a payout, another's charge
    currency = models.CharField(_("currency"), max_length=3, blank=True, editable=False)
    details = models.JSONField(default=dict, editable=False)
    status = models.CharField(
        _("status"), max_length=10, choices=DiscrepancyStatus, default=DiscrepancyStatus.OPEN, editable=False
    )
    found_at = models.DateTimeField(_("date found"), default=clock.now, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), default=clock.now, editable=False)
    closed_at = models.DateTimeField(_("date closed"), null=True, editable=False)
    closing_note = models.CharField(_("closing note"), max_length=500, blank=True, editable=False)

    objects: ClassVar = DiscrepancyQuerySet.as_manager()

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        ordering = ("-found_at",)
        verbose_name = _("discrepancy")
        verbose_name_plural = _("discrepancies")
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "stripe_object_id"],
                condition=Q(status="open"),
                name="one_open_discrepancy_per_object",
            ),
        )

    @property
    def refund_id(self) -> str:
        """The number of the refund that a task is about: nothing at Stripe has its id yet."""
        return self.stripe_object_id.removeprefix("refund-") if self.kind in REFUND_TASKS else ""

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.stripe_object_id}"
