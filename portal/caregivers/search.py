"""Families by what a caller says: a name, of the person cared for too, a phone number, an address."""

from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db.models.lookups import Contains

from portal.accounts.models import ERASED_DOMAIN, User
from portal.accounts.search import matching_users
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common.phone_fields import Dialled
from portal.common.search import (
    MOST_FAMILIES,
    Found,
    Keys,
    Term,
    beginning,
    containing,
    first_found,
    sounds_like,
)

SEE_PEOPLE: Final = "caregivers.view_carerecipient"


def families(term: Term, by: User | AnonymousUser, *, limit: int = MOST_FAMILIES) -> Found:
    """Keys of caregivers that `by` may know: the people cared for are looked at only for those who may see them."""
    people = by.has_perm(SEE_PEOPLE)
    if term.phone_digits:
        return _by_phone(term.phone_digits, people=people, limit=limit)
    accounts = User.objects.filter(caregiver__isnull=False).exclude(email__endswith=f"@{ERASED_DOMAIN}")
    found = [Found(_of_users(users := matching_users(term, accounts, limit=limit)), users.more)]
    if people and term.words:
        found.append(_by_person(term, limit=limit))
    keys = list(dict.fromkeys(key for part in found for key in part.keys))
    return Found(keys[:limit], len(keys) > limit or any(part.more for part in found))


def _of_users(users: Found) -> list[int]:
    caregiver_of = dict(Caregiver.objects.filter(user__in=users.keys).values_list("user", "pk"))
    return [caregiver_of[key] for key in users.keys if key in caregiver_of]


def _by_person(term: Term, *, limit: int) -> Found:
    rows = CareRecipient.objects.all()
    begins, contains = (rows.filter(way(term.words, ("full_name",))) for way in (beginning, containing))
    found = first_found(begins, contains, key="caregiver", order=("full_name", "pk"), limit=limit)
    return found if found.keys else sounds_like(rows, term.words, ("full_name",), key="caregiver", limit=limit)


def _by_phone(digits: str, *, people: bool, limit: int) -> Found:
    own = Caregiver.objects.filter(Contains(Dialled("phone"), digits))
    found = first_found(own, key="pk", order=("pk",), limit=limit)
    if not people:
        return found
    emergency = CareRecipient.objects.filter(Contains(Dialled("emergency_phone"), digits))
    other = first_found(emergency, key="caregiver", order=("pk",), limit=limit)
    keys = list(dict.fromkeys([*found.keys, *other.keys]))
    return Found(keys[:limit], found.more or other.more or len(keys) > limit)


def subjects(term: Term, by: User | AnonymousUser) -> Keys:
    """Families, and the people cared for, for emails and the audit trail."""
    found = families(term, by).keys
    people = CareRecipient.objects.filter(caregiver__in=found).values_list("pk", flat=True)
    return {"caregivers.caregiver": found, "caregivers.carerecipient": list(people)}
