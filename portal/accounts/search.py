"""Accounts by name or address, as somebody types them."""

from typing import Any, Final

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from portal.accounts.models import ERASED_DOMAIN, User
from portal.common.search import MOST_FAMILIES, Found, Term, beginning, containing, first_found, once, sounds_like

NAMES: Final = ("first_name", "last_name")
FIELDS: Final = (*NAMES, "email")
ORDER: Final = ("last_name", "first_name", "pk")


@once
def accounts(term: Term, by: Any) -> Found:
    """Keys of everybody's accounts that `term` stands for; not of those that are erased."""
    open_accounts = User.objects.exclude(email__endswith=f"@{ERASED_DOMAIN}")
    return matching_users(term, open_accounts, limit=MOST_FAMILIES)


def matching_users(term: Term, users: QuerySet[User], *, limit: int) -> Found:
    """Keys of those of `users`: the whole address, else names that begin so, contain it, or are much like it."""
    found = Found([])
    if term.email:
        other = EmailAddress.objects.filter(email=term.email).values("user")
        own, further = users.filter(email=term.email), users.filter(pk__in=other)
        found = first_found(own, further, key="pk", order=ORDER, limit=limit)
    if term.words and not found.keys:
        begins, contains = (users.filter(way(term.words, FIELDS)) for way in (beginning, containing))
        found = first_found(begins, contains, key="pk", order=ORDER, limit=limit)
    return found if found.keys else sounds_like(users, term.words, NAMES, key="pk", limit=limit)
