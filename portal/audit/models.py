"""The audit trail: append-only rows of ids and codes, no names, no foreign keys, chained by an HMAC.

`Transition` is the shape of the append-only rows that bookings and payments write at each change of state.
"""

from typing import Any, Never

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.audit.actor import ActorKind, Source
from portal.common import clock


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete an append-only row."""


class AppendOnly(models.Model):
    """Rows that are inserted and never changed or deleted through the ORM."""

    occurred_at = models.DateTimeField(_("date"), default=clock.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows are append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        raise AppendOnlyError(f"{type(self).__name__} rows are append-only")


class Attributed(AppendOnly):
    """An append-only row that says who and by which way."""

    actor_kind = models.CharField(_("who"), max_length=10, choices=ActorKind, editable=False)
    actor_id = models.CharField(_("user or event ID"), max_length=255, blank=True, editable=False)
    source = models.CharField(_("source"), max_length=20, choices=Source, editable=False)
    stripe_event_id = models.CharField(_("Stripe event ID"), max_length=255, blank=True, editable=False)

    class Meta:
        abstract = True


class Transition(Attributed):
    """One change of state; subclasses add the foreign key. `reason` is a code."""

    from_status = models.CharField(max_length=32, blank=True, editable=False)
    to_status = models.CharField(max_length=32, editable=False)
    reason = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.from_status or 'new'} → {self.to_status}"


class AuditEvent(Attributed):
    """One thing that happened. Written unchained with its cause; the sealer chains it seconds later."""

    action = models.CharField(_("action"), max_length=64, editable=False)
    object_type = models.CharField(_("record type"), max_length=64, editable=False)
    object_id = models.CharField(_("record ID"), max_length=64, editable=False)
    data = models.JSONField(default=dict, editable=False, help_text="Ids and codes only.")
    sequence = models.BigIntegerField(null=True, unique=True, editable=False)
    seal = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit trail")
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["occurred_at"], name="audit_occurred_at"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(sequence__isnull=True)),
            models.Index(fields=["actor_id", "id"], name="audit_person", condition=models.Q(actor_kind="user")),
            models.Index(
                fields=["stripe_event_id"], name="audit_stripe_event", condition=~models.Q(stripe_event_id="")
            ),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AuditValue(models.Model):
    """What a field said before and after a change that the trail names: personal data, so beside the trail, not in it.

    Blanked when the person it is about is erased; the trail keeps that the field was changed, when and by whom.
    """

    event = models.ForeignKey(AuditEvent, on_delete=models.PROTECT, related_name="values", editable=False)
    about = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+", editable=False)
    field = models.CharField(max_length=64, editable=False)
    old = models.TextField(blank=True, editable=False)
    new = models.TextField(blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True  # no content

    class Meta:
        default_permissions = ()
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.field} of event {self.event_id}"

    @property
    def label(self) -> str:
        """The field, in words."""
        return self.field.replace("_", " ").capitalize()


class AuditHead(models.Model):
    """The end of the chain: one row, locked by the sealer."""

    sequence = models.BigIntegerField(default=0, editable=False)
    seal = models.CharField(max_length=64, blank=True, editable=False)
    sealed_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"head {self.sequence}"
