"""Audit rows and transitions, written in the caller's transaction."""

from collections.abc import Mapping

from django.db import models

from portal.audit.actor import Cause
from portal.audit.models import AuditEvent, Transition

Code = str | int | bool | None


def record(
    action: str,
    subject: models.Model,
    *,
    cause: Cause,
    data: Mapping[str, Code] | None = None,
) -> AuditEvent:
    """Note that `cause.actor` did `action` ("payment.moved") to `subject`.

    `data` holds ids and codes, never personal data. Call it inside the transaction that makes the change, so that one
    is never without the other.
    """
    return AuditEvent.objects.create(
        action=action,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        actor_kind=cause.actor.kind,
        actor_id=cause.actor.id,
        source=cause.source,
        stripe_event_id=cause.external_id,
        data=dict(data or {}),
    )


def write_transition(
    rows: type[Transition], subject: models.Model, *, before: str, to: str, reason: str, cause: Cause
) -> None:
    """Append a change of `subject`'s state to its transitions (`rows`) and to the audit trail."""
    name = str(subject._meta.model_name)
    rows._default_manager.create(
        **{name: subject},
        from_status=before,
        to_status=to,
        reason=reason,
        actor_kind=cause.actor.kind,
        actor_id=cause.actor.id,
        source=cause.source,
        stripe_event_id=cause.external_id,
    )
    record(f"{name}.moved", subject, cause=cause, data={"from": before, "to": to, "reason": reason})
