"""`record()` writes one audit row in the caller's transaction."""

from collections.abc import Mapping

from django.db import models

from portal.audit.actor import Actor, Source
from portal.audit.models import AuditEvent

Code = str | int | bool | None


def record(
    action: str,
    subject: models.Model,
    *,
    by: Actor,
    source: Source,
    stripe_event_id: str = "",
    data: Mapping[str, Code] | None = None,
) -> AuditEvent:
    """Note that `by` did `action` ("payment.moved") to `subject`; `data` holds ids and codes, never personal data.

    Call it inside the transaction that makes the change, so that one is never without the other.
    """
    return AuditEvent.objects.create(
        action=action,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        actor_kind=by.kind,
        actor_id=by.id,
        source=source,
        stripe_event_id=stripe_event_id,
        data=dict(data or {}),
    )
