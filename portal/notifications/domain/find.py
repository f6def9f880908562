"""Emails by whom they went to, or what they are about."""

from typing import TYPE_CHECKING

from django.db.models import Q

from portal.accounts.models import User
from portal.accounts.search import accounts
from portal.common.search import Term, keys_of, subjects_of
from portal.notifications.models import Notification

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def sent_to(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on emails: the address, the person's name, or what it is about."""
    people = accounts(term, by).keys
    subjects = [f"{kind.partition('.')[2]}:{key}" for kind, keys in subjects_of(term, by).items() for key in keys]
    found = Q(recipient__in=people) | Q(about__in=subjects)
    if term.email:
        found |= Q(to=term.email)
    return Q(pk__in=keys_of(Notification.objects.filter(found)))
