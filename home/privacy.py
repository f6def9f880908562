"""Wagtail's own log of what staff did names the things it was done to; the caregiver's name goes from there."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry, Revision

from portal.accounts.models import User
from portal.bookings.models import Booking
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common.retention import DONE, Chunk, Retention, due

RETENTION_NOTICE = _("When staff changed your account or your bookings.")
_OF_PEOPLE: Final = (User, Caregiver, CareRecipient, Booking)


def _trim_log(limit: datetime, after: int) -> Chunk:
    keys = due(ModelLogEntry.objects.all(), "timestamp", limit, after)
    of_people = ModelLogEntry.objects.filter(pk__in=keys, content_type__in=[_type(model) for model in _OF_PEOPLE])
    return Chunk(keys[-1], of_people.update(label="erased", data={})) if keys else DONE


RETENTION = (
    Retention(
        "staff_log",
        what=_("Names in our record of what staff changed for you"),
        why=_("To answer questions about a change. What was changed, and when, is kept without the name."),
        days=730,
        trims=(_trim_log,),
    ),
)


def export(user: User) -> list[dict[str, str]]:
    """What staff did to the person's account."""
    entries = ModelLogEntry.objects.filter(content_type=_type(User), object_id=str(user.pk)).order_by("pk")
    return [{"at": entry.timestamp.isoformat(), "action": entry.action} for entry in entries]


def erase(user: User) -> None:
    """Labels and stored versions of the person's rows."""
    owned: list[QuerySet[Model]] = [
        User.objects.filter(pk=user.pk),
        Caregiver.objects.filter(user=user),
        CareRecipient.objects.filter(caregiver__user=user),
        Booking.objects.filter(caregiver__user=user),
    ]
    for rows in owned:
        keys = [str(key) for key in rows.values_list("pk", flat=True)]
        ModelLogEntry.objects.filter(content_type=_type(rows.model), object_id__in=keys).update(label="erased", data={})
        Revision.objects.filter(content_type=_type(rows.model), object_id__in=keys).delete()


def _type(model: type[Model]) -> ContentType:
    return ContentType.objects.get_for_model(model)


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
