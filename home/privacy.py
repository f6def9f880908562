"""Messages of the contact form; and Wagtail's own log of what staff did, which names the things it was done to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.models import ModelLogEntry, Revision

from home.models.contact import ContactMessage
from portal.accounts.lookup import addresses_of
from portal.accounts.models import User
from portal.bookings.models import Booking
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common.retention import DONE, Chunk, Retention, due
from portal.notifications.privacy import erase_about

RETENTION_NOTICE = _("What you sent with the contact form, and when staff changed your account or your bookings.")
_OF_PEOPLE: Final = (User, Caregiver, CareRecipient, Booking)


def _trim_log(limit: datetime, after: int) -> Chunk:
    keys = due(ModelLogEntry.objects.all(), "timestamp", limit, after)
    of_people = ModelLogEntry.objects.filter(pk__in=keys, content_type__in=[_type(model) for model in _OF_PEOPLE])
    return Chunk(keys[-1], of_people.update(label="erased", data={})) if keys else DONE


def _trim_contact(limit: datetime, after: int) -> Chunk:
    keys = due(ContactMessage.objects.all(), "created_at", limit, after)
    _forget_messages(ContactMessage.objects.filter(pk__in=keys))
    return Chunk(keys[-1], len(keys)) if keys else DONE


def _forget_messages(messages: QuerySet[ContactMessage]) -> None:
    """The messages, and their words in the emails about them."""
    erase_about(f"contact:{key}" for key in messages.values_list("pk", flat=True))
    messages.delete()


RETENTION = (
    Retention(
        "staff_log",
        what=_("Names in our record of what staff changed for you"),
        why=_("To answer questions about a change. What was changed, and when, is kept without the name."),
        days=730,
        trims=(_trim_log,),
    ),
    Retention(
        "contact",
        what=_("What you sent with the contact form"),
        why=_("To answer you, and to answer questions about it."),
        days=365,
        trims=(_trim_contact,),
    ),
)


def export(user: User) -> list[dict[str, str]]:
    """What the person sent with the contact form, and what staff did to their account."""
    sent = ContactMessage.objects.filter(email__in=addresses_of(user)).order_by("pk")
    messages = [{"at": each.created_at.isoformat(), "message": each.message, "phone": each.phone} for each in sent]
    entries = ModelLogEntry.objects.filter(content_type=_type(User), object_id=str(user.pk)).order_by("pk")
    return messages + [{"at": entry.timestamp.isoformat(), "action": entry.action} for entry in entries]


def erase(user: User) -> None:
    """What they sent with the contact form; labels and stored versions of the person's rows."""
    _forget_messages(ContactMessage.objects.filter(email__in=addresses_of(user)))
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
