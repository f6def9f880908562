"""Checks of the payment page: the evidence that PCI DSS 11.6.1 asks for."""

from django.db import models

from portal.common import clock


class PaymentPageCheck(models.Model):
    """One look at the payment page as a browser receives it. `differences` holds kind and subject of each."""

    checked_at = models.DateTimeField(default=clock.now, editable=False, db_index=True)
    differences = models.JSONField(default=list, editable=False)

    class Meta:
        ordering = ("-checked_at",)

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}: {len(self.differences)}"
