"""The caregiver and the people they look after."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock
from portal.common.retention import Retention

RETENTION_NOTICE = _("Your phone number, and what you told us about the people you care for.")
RETENTION = (
    Retention(
        "people",
        what=_("Your phone number, and what you told us about the people you care for"),
        why=_("So that our carers know how to look after them."),
        until=_("Until you remove them, or your account is erased"),
    ),
    Retention(
        "erasures",
        what=_("The number of an erased account, and when"),
        why=_("So that a restored backup does not bring it back."),
        until=_("As long as we run this service"),
    ),
)


def export(user: User) -> dict[str, Any]:
    """Phone number and people."""
    caregiver = Caregiver.objects.filter(user=user).first()
    if caregiver is None:
        return {}
    people = caregiver.care_recipients.order_by("pk").values("full_name", "relationship", "care_notes")
    return {"phone": caregiver.phone, "people": list(people)}


def erase(user: User) -> None:
    """Bookings keep pointing to somebody without a name."""
    Caregiver.objects.filter(user=user).update(phone="")
    people = CareRecipient.objects.filter(caregiver__user=user)
    people.filter(removed_at__isnull=True).update(removed_at=clock.now())
    people.update(full_name="Erased", relationship="", care_notes="")


def erasure_blockers(user: User) -> Sequence[str]:
    """Nothing stands in the way."""
    return []
