"""Writes about caregivers."""

from collections.abc import Callable
from typing import Final

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from portal.accounts.lookup import find_user
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.caregivers.messages import INVITED
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock
from portal.notifications.domain import send


def caregiver_of(user: User) -> Caregiver:
    """The caregiver behind `user`, made at first need."""
    return Caregiver.objects.get_or_create(user=user)[0]


def welcome(user: User) -> Caregiver:
    """Make `user` a caregiver, with the role."""
    user.groups.add(Group.objects.get_or_create(name=Role.CAREGIVER.value)[0])
    return caregiver_of(user)


def invite(*, email: str, first_name: str, last_name: str, phone: str, cause: Cause) -> Caregiver:
    """An account without a password for somebody who called; an email says how to choose one.

    Somebody who has an account already is returned as they are.
    """
    known = find_user(email)
    if known is not None:
        return caregiver_of(known)
    try:
        return _invited(email, first_name, last_name, phone, cause)
    except IntegrityError:  # sent twice, or a colleague was quicker
        user = find_user(email)
        if user is None:
            raise
        return caregiver_of(user)


@transaction.atomic
def _invited(email: str, first_name: str, last_name: str, phone: str, cause: Cause) -> Caregiver:
    user = User.objects.create_user(email, first_name=first_name, last_name=last_name)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=False)
    caregiver = welcome(user)
    caregiver.phone = phone
    caregiver.save(update_fields=["phone"])
    record("caregiver.invited", caregiver, cause=cause)
    values = {"name": first_name, "url": "/accounts/password/reset/"}
    send(
        INVITED, to=user, context=values, dedupe_key=f"{INVITED.key}:user:{user.pk}", about=f"caregiver:{caregiver.pk}"
    )
    return caregiver


class PersonNeeded(Exception):
    """Somebody cannot be taken off the list yet; `blockers` are sentences that say why."""

    def __init__(self, blockers: list[str]) -> None:
        super().__init__(blockers)
        self.blockers = blockers


_removal_blockers: Final[list[Callable[[CareRecipient], list[str]]]] = []


def keep_while(blockers: Callable[[CareRecipient], list[str]]) -> None:
    """Let nobody be removed while `blockers(person)` says why not: called by the apps above when they are ready."""
    _removal_blockers.append(blockers)


def removal_blockers(recipient: CareRecipient) -> list[str]:
    """What stands in the way of removing somebody; sentences to the caregiver."""
    return [sentence for blockers in _removal_blockers for sentence in blockers(recipient)]


@transaction.atomic
def remove_care_recipient(recipient: CareRecipient, *, cause: Cause) -> None:
    """Take somebody off the caregiver's list; past bookings keep naming them. Raises PersonNeeded.

    A booking made at the same time waits for the lock.
    """
    CareRecipient.objects.select_for_update().get(pk=recipient.pk)
    if blockers := removal_blockers(recipient):
        raise PersonNeeded(blockers)
    recipient.removed_at = clock.now()
    recipient.save(update_fields=["removed_at"])
    record("person.removed", recipient, cause=cause)
