"""The caregiver and the people they look after."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.caregivers.models import Caregiver, CareRecipient, StaffNote
from portal.common import clock
from portal.common.retention import DONE, Chunk, Retention, due

RETENTION_NOTICE = _(
    "Your phone number, and what you told us about the people you care for: their address, access needs and emergency "
    "contact too."
)


def _old_notes(limit: datetime, after: int) -> Chunk:
    keys = due(StaffNote.objects.all(), "created_at", limit, after)
    return Chunk(keys[-1], StaffNote.objects.filter(pk__in=keys).delete()[0]) if keys else DONE


RETENTION = (
    Retention(
        "people",
        what=_("Your phone number, and what you told us about the people you care for, such as an address"),
        why=_("So that our carers know how to look after them."),
        until=_("Until you remove them, or your account is erased"),
    ),
    Retention(
        "staff_notes",
        what=_("Notes by our team, for example about a phone call"),
        why=_("So that whoever answers knows what was agreed."),
        days=730,
        trims=(_old_notes,),
    ),
    Retention(
        "erasures",
        what=_("The number of an erased account, and when"),
        why=_("So that a restored backup does not bring it back."),
        until=_("As long as we run this service"),
    ),
)


def export(user: User) -> dict[str, Any]:
    """Phone number, people, and what our team wrote down."""
    caregiver = Caregiver.objects.filter(user=user).first()
    if caregiver is None:
        return {}
    fields = ("full_name", *CareRecipient.TOLD)
    people = caregiver.care_recipients.order_by("pk")
    told = [{field: str(getattr(person, field)) for field in fields} for person in people]
    notes = [{"at": note.created_at.isoformat(), "note": note.text} for note in caregiver.staff_notes.all()]
    return {"phone": str(caregiver.phone), "people": told, "notes_by_our_team": notes}


def erase(user: User) -> None:
    """Bookings keep pointing to somebody without a name."""
    Caregiver.objects.filter(user=user).update(phone="")
    StaffNote.objects.filter(caregiver__user=user).delete()
    people = CareRecipient.objects.filter(caregiver__user=user)
    people.filter(removed_at__isnull=True).update(removed_at=clock.now())
    people.update(full_name="Erased", **CareRecipient.NOTHING_TOLD)


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
