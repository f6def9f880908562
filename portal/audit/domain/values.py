"""Changes of what is kept about a person: the trail says which fields, `AuditValue` says what stood in them."""

from collections.abc import Iterable, Mapping

from django.db import models

from portal.accounts.models import User
from portal.audit.actor import Cause
from portal.audit.domain.record import record
from portal.audit.models import AuditEvent, AuditValue

Changes = Mapping[str, tuple[str, str]]  # by field: before, after


def record_change(action: str, subject: models.Model, *, changes: Changes, about: User, cause: Cause) -> AuditEvent:
    """Note that `cause.actor` changed these fields of `subject`, which says something about the person `about`.

    Call it inside the transaction that makes the change.
    """
    event = record(action, subject, cause=cause, data={"fields": ", ".join(changes)})
    AuditValue.objects.bulk_create(
        AuditValue(event=event, about=about, field=field, old=old, new=new) for field, (old, new) in changes.items()
    )
    return event


def forget_values(subject_type: str, keys: Iterable[int]) -> None:
    """Blank what was changed in these records of a type ("caregivers.carerecipient"): it is kept no longer."""
    ids = [str(key) for key in keys]
    AuditValue.objects.filter(event__object_type=subject_type, event__object_id__in=ids).update(old="", new="")
