"""The audit trail: append-only rows of ids and codes, no names, no foreign keys, chained by an HMAC.

`Transition` is the shape of the append-only rows that bookings and payments write at each change of state.
"""

from typing import Any, Never

from django.db import models

from portal.audit.actor import ActorKind, Source
from portal.common import clock


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete an append-only row."""


class AppendOnly(models.Model):
    """Rows that are inserted and never changed or deleted through the ORM."""

    occurred_at = models.DateTimeField(default=clock.now, editable=False)

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

    actor_kind = models.CharField(max_length=10, choices=ActorKind, editable=False)
    actor_id = models.CharField(max_length=255, blank=True, editable=False)
    source = models.CharField(max_length=20, choices=Source, editable=False)
    stripe_event_id = models.CharField(max_length=255, blank=True, editable=False)

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

    action = models.CharField(max_length=64, editable=False)
    object_type = models.CharField(max_length=64, editable=False)
    object_id = models.CharField(max_length=64, editable=False)
    data = models.JSONField(default=dict, editable=False, help_text="Ids and codes only.")
    sequence = models.BigIntegerField(null=True, unique=True, editable=False)
    seal = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["occurred_at"], name="audit_occurred_at"),
            models.Index(fields=["id"], name="audit_unsealed", condition=models.Q(sequence__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AuditHead(models.Model):
    """The end of the chain: one row, locked by the sealer."""

    sequence = models.BigIntegerField(default=0, editable=False)
    seal = models.CharField(max_length=64, blank=True, editable=False)
    sealed_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"head {self.sequence}"
