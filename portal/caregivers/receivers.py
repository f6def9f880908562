"""A new account is a caregiver's; a password chosen through a link proves the address it was sent to."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import password_reset, user_signed_up
from django.dispatch import receiver
from django.http import HttpRequest

from portal.accounts.models import User
from portal.activity.consent import allow
from portal.caregivers.domain import welcome


@receiver(user_signed_up, dispatch_uid="caregivers.signed_up")
def make_caregiver(request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Whoever signs up is a caregiver; the form asks whether their visits may be linked."""
    welcome(user)
    if request.POST.get("link_visits"):
        allow(user)


@receiver(password_reset, dispatch_uid="caregivers.password_reset")
def address_is_proven(user: User, **kwargs: Any) -> None:
    """The link came by email, so an account's only address is theirs: no second email asks them to confirm it."""
    addresses = EmailAddress.objects.filter(user=user)
    if addresses.count() == 1:
        addresses.filter(email=user.email).update(verified=True)
