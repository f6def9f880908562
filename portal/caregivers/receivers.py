"""A new account is a caregiver's."""

from typing import Any

from allauth.account.signals import user_signed_up
from django.contrib.auth.models import Group
from django.dispatch import receiver

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.caregivers.domain import caregiver_of


@receiver(user_signed_up, dispatch_uid="caregivers.signed_up")
def make_caregiver(user: User, **kwargs: Any) -> None:
    """Whoever signs up is a caregiver."""
    caregiver_of(user)
    user.groups.add(Group.objects.get_or_create(name=Role.CAREGIVER.value)[0])
