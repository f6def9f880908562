"""What a caregiver is given on paper: one receipt a payment, one credit note for each amount that went back.

A document is what it was on the day it was issued. Numbers come from one counter, without gaps over both kinds.
"""

from typing import ClassVar, Final

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.models.dispute import Dispute
from payments.models.payment import Payment
from payments.models.refund import Refund
from portal.audit.models import AppendOnly
from portal.common import clock

WHOLE_RATE: Final = 10_000


class DocumentCounter(models.Model):
    """The last number given: one row. Locked as the last thing in a transaction, so that nobody waits long."""

    ONLY: ClassVar[int] = 1

    last = models.PositiveIntegerField(default=0, editable=False)
    started_at = models.DateTimeField(
        default=clock.now, editable=False, help_text="Payments captured before have the receipts of the time before."
    )

    def __str__(self) -> str:
        return str(self.last)

    @classmethod
    def next(cls) -> int:
        """The next number, this transaction's until it ends: undone with it, and nobody else's meanwhile."""
        row = cls.objects.filter(pk=cls.ONLY)
        if not row.update(last=F("last") + 1):
            DocumentCounter.objects.bulk_create([DocumentCounter(pk=cls.ONLY)], ignore_conflicts=True)
            row.update(last=F("last") + 1)
        return int(row.values_list("last", flat=True).get())


class Receipt(AppendOnly):
    """One payment's. Amounts in minor units of `currency`; `vat_rate` in hundredths of a percent, included in `amount`.

    Erasing a person blanks `billed_to`.
    """

    number = models.PositiveIntegerField(unique=True, editable=False)
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="receipt", editable=False)
    issued_on = models.DateField(editable=False)
    paid_on = models.DateField(editable=False)
    organisation = models.JSONField(default=dict, editable=False)
    billed_to = models.CharField(max_length=320, blank=True, editable=False)
    booking_reference = models.CharField(max_length=14, editable=False)
    description = models.CharField(max_length=300, editable=False)
    amount = models.PositiveIntegerField(editable=False)
    currency = models.CharField(max_length=3, editable=False)
    vat_rate = models.PositiveIntegerField(null=True, editable=False)
    vat_amount = models.PositiveIntegerField(null=True, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        ordering = ("number",)

    def __str__(self) -> str:
        return f"RC-{self.number:06d}"


class CreditNote(AppendOnly):
    """What went back of a receipt's payment, by a refund or by the bank: one of `refund` and `dispute` says which.

    A negative amount takes back a credit note: the bank returned the refund, or the dispute was won after all.
    """

    number = models.PositiveIntegerField(unique=True, editable=False)
    receipt = models.ForeignKey(Receipt, on_delete=models.PROTECT, related_name="credit_notes", editable=False)
    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, null=True, related_name="credit_notes", editable=False)
    dispute = models.ForeignKey(
        Dispute, on_delete=models.PROTECT, null=True, related_name="credit_notes", editable=False
    )
    issued_on = models.DateField(editable=False)
    description = models.CharField(max_length=300, editable=False)
    amount = models.IntegerField(editable=False)
    vat_amount = models.IntegerField(null=True, editable=False)

    wagtail_reference_index_ignore = True  # no content: Wagtail would look up what uses what at each save

    class Meta:
        verbose_name = _("credit note")
        verbose_name_plural = _("credit notes")
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=Q(refund__isnull=False, dispute__isnull=True) | Q(refund__isnull=True, dispute__isnull=False),
                name="credit_note_has_one_cause",
            ),
        )

    def __str__(self) -> str:
        return f"CN-{self.number:06d}"
