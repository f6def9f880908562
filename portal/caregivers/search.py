"""Families by what a caller says: a name, of the person cared for too, a phone number, an address."""

from typing import Final

from django.contrib.auth.models import AnonymousUser
from django.db.models.lookups import Contains

from portal.accounts.models import ERASED_DOMAIN, User
from portal.accounts.search import accounts, matching_users
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
    once,
    sounds_like,
)

SEE_PEOPLE: Final = "caregivers.view_carerecipient"


def families(term: Term, by: User | AnonymousUser, *, limit: int = MOST_FAMILIES) -> Found:
    """Keys of caregivers that `by` may know: the people cared for are looked at only for those who may see them."""
    found = _families(term, by)
    return Found(found.keys[:limit], found.more or len(found.keys) > limit)


@once
def _families(term: Term, by: User | AnonymousUser) -> Found:
    people = by.has_perm(SEE_PEOPLE)
    if term.phone_digits:
        return _by_phone(term.phone_digits, people=people)
    found = [_by_account(term, by)]
    if people and term.words:
        found.append(_by_person(term))
    return _united(found)


def _united(found: list[Found]) -> Found:
    keys = list(dict.fromkeys(key for part in found for key in part.keys))
    return Found(keys[:MOST_FAMILIES], len(keys) > MOST_FAMILIES or any(part.more for part in found))


def _by_account(term: Term, by: User | AnonymousUser) -> Found:
    found = accounts(term, by)
    keys = _of_users(found)
    if found.keys and not keys:  # staff alone are called so
        families = User.objects.filter(caregiver__isnull=False).exclude(email__endswith=f"@{ERASED_DOMAIN}")
        found = matching_users(term, families, limit=MOST_FAMILIES)
        keys = _of_users(found)
    return Found(keys, found.more)


def _of_users(users: Found) -> list[int]:
    caregiver_of = dict(Caregiver.objects.filter(user__in=users.keys).values_list("user", "pk"))
    return [caregiver_of[key] for key in users.keys if key in caregiver_of]


def _by_person(term: Term) -> Found:
    rows = CareRecipient.objects.all()
    begins, contains = (rows.filter(way(term.words, ("full_name",))) for way in (beginning, containing))
    found = first_found(begins, contains, key="caregiver", order=("full_name", "pk"), limit=MOST_FAMILIES)
    return found if found.keys else sounds_like(rows, term.words, ("full_name",), key="caregiver", limit=MOST_FAMILIES)


def _by_phone(digits: str, *, people: bool) -> Found:
    own = Caregiver.objects.filter(Contains(Dialled("phone"), digits))
    found = first_found(own, key="pk", order=("pk",), limit=MOST_FAMILIES)
    if not people:
        return found
    emergency = CareRecipient.objects.filter(Contains(Dialled("emergency_phone"), digits))
    return _united([found, first_found(emergency, key="caregiver", order=("pk",), limit=MOST_FAMILIES)])


def subjects(term: Term, by: User | AnonymousUser) -> Keys:
    """Families, and the people cared for, for emails and the audit trail."""
    found = families(term, by).keys
    people = CareRecipient.objects.filter(caregiver__in=found).values_list("pk", flat=True)
    return {"caregivers.caregiver": found, "caregivers.carerecipient": list(people)}
