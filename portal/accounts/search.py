"""Accounts by name or address, as somebody types them."""

from typing import Final

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from portal.accounts.models import User
from portal.common.search import Found, Term, beginning, containing, first_found, sounds_like

NAMES: Final = ("first_name", "last_name")
FIELDS: Final = (*NAMES, "email")
ORDER: Final = ("last_name", "first_name", "pk")


def matching_users(term: Term, accounts: QuerySet[User], *, limit: int) -> Found:
    """Keys of those of `accounts`: the whole address, else names that begin so, contain it, or are much like it."""
    found = Found([])
    if term.email:
        other = EmailAddress.objects.filter(email=term.email).values("user")
        own, further = accounts.filter(email=term.email), accounts.filter(pk__in=other)
        found = first_found(own, further, key="pk", order=ORDER, limit=limit)
    if term.words and not found.keys:
        begins, contains = (accounts.filter(way(term.words, FIELDS)) for way in (beginning, containing))
        found = first_found(begins, contains, key="pk", order=ORDER, limit=limit)
    return found if found.keys else sounds_like(accounts, term.words, NAMES, key="pk", limit=limit)
