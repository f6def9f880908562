"""The inbox: every event Stripe sent us, once, with what the ledger and the mirror did with it."""

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.enums import LedgerState, MirrorState
from portal.common import clock
from portal.common.leases import Leased

THIN: Final = "v2.core.event"  # what Stripe's API v2 calls its events


class ReceivedEvent(Leased):
    """One Stripe event. Ledger and mirror have a state and a lease each: a failing mirror holds nothing back."""

    event_id = models.CharField(_("event ID"), max_length=255, unique=True, editable=False)
    type = models.CharField(_("type"), max_length=255, editable=False)
    object_id = models.CharField(_("object ID"), max_length=255, blank=True, db_index=True, editable=False)
    api_version = models.CharField(max_length=64, blank=True, editable=False)
    livemode = models.BooleanField(editable=False)
    created_at = models.DateTimeField(_("date created"), editable=False, help_text="When Stripe made the event.")
    received_at = models.DateTimeField(_("date received"), default=clock.now, editable=False)
    applied_at = models.DateTimeField(_("date applied"), null=True, editable=False)
    payload = models.JSONField(null=True, editable=False, help_text="Trimmed after 90 days.")
    ledger_state = models.CharField(
        _("ledger"), max_length=12, choices=LedgerState, default=LedgerState.RECEIVED, editable=False
    )
    mirror_state = models.CharField(
        _("our copy"), max_length=12, choices=MirrorState, default=MirrorState.WAITING, editable=False
    )
    mirror_attempts = models.PositiveIntegerField(default=0, editable=False)
    mirror_due_at = models.DateTimeField(default=clock.now, editable=False)
    mirror_leased_until = models.DateTimeField(null=True, editable=False)
    mirror_last_error = models.CharField(_("copy error"), max_length=500, blank=True, editable=False)

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ("-received_at",)
        indexes = (
            models.Index(fields=["due_at"], name="inbox_ledger_due", condition=Q(ledger_state="received")),
            models.Index(fields=["mirror_due_at"], name="inbox_mirror_due", condition=Q(mirror_state="waiting")),
            models.Index(fields=["received_at"], name="inbox_received_at"),
            models.Index(fields=["type", "received_at"], name="inbox_type"),
            models.Index(fields=["received_at"], name="inbox_ledger_failed", condition=Q(ledger_state="failed")),
            models.Index(fields=["received_at"], name="inbox_mirror_failed", condition=Q(mirror_state="failed")),
        )

    @property
    def is_thin(self) -> bool:
        """Whether it is of Stripe's API v2, which the portal does not use: it is kept, and nothing is done with it."""
        return bool((self.payload or {}).get("object") == THIN)

    @property
    def object_data(self) -> dict[str, Any]:
        """The object that the event is about, as it was told. Raises KeyError once the payload is trimmed."""
        return dict((self.payload or {})["data"]["object"])

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class UnreadableEvent(models.Model):
    """What arrived instead of an event's payload, byte for byte: see payments/domain/unreadable.py."""

    event = models.OneToOneField(
        ReceivedEvent, on_delete=models.CASCADE, primary_key=True, related_name="unreadable", editable=False
    )
    body = models.BinaryField(editable=False, help_text="Deleted after 90 days.")

    @property
    def text(self) -> str:
        """The beginning of it, with an escape for what is no text."""
        return bytes(self.body)[:4000].decode(errors="backslashreplace").replace("\x00", "\\x00")

    def __str__(self) -> str:
        return str(self.event)
