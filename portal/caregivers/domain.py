"""Writes about caregivers."""

from portal.accounts.models import User
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock


def caregiver_of(user: User) -> Caregiver:
    """The caregiver behind `user`, made at first need."""
    return Caregiver.objects.get_or_create(user=user)[0]


def remove_care_recipient(recipient: CareRecipient) -> None:
    """Take somebody off the caregiver's list; bookings keep naming them."""
    recipient.removed_at = clock.now()
    recipient.save(update_fields=["removed_at"])
