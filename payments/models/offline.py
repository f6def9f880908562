"""How money came that did not come through Stripe; beside its payment, and never changed."""

from django.db import models

from payments.enums import OfflineKind
from payments.models.payment import Payment
from portal.audit.models import AppendOnly


class OfflineReceipt(AppendOnly):
    """What staff wrote down of a payment made otherwise. Who and when are in the payment's transitions.

    `reference` is in staff's own words; erasing a person blanks it.
    """

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="offline_receipt", editable=False)
    kind = models.CharField(max_length=15, choices=OfflineKind, editable=False)
    received_on = models.DateField(editable=False)
    reference = models.CharField(max_length=120, blank=True, editable=False)

    class Meta:
        permissions = (("reverse_offlinereceipt", "Can reverse an offline payment"),)

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.received_on:%-d %B %Y}"
