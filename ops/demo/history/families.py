"""The families of the history; none of them can sign in."""

from datetime import date
from typing import Final

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common.clock import midnight

NAMES: Final = """
Aisha Rahman|Bilal Rahman|my father
Ben Carter|Joan Carter|my mother
Chloe Evans|Huw Evans|my father
David Osei|Grace Osei|my wife
Ella Novak|Petr Novak|my grandfather
Fatima Ali|Zahra Ali|my mother
George Pike|Doris Pike|my mother
Hannah Lee|Min Lee|my aunt
Imran Shah|Nadia Shah|my sister
Julia Weiss|Karl Weiss|my husband
Kofi Mensah|Ama Mensah|my mother
Laura Bell|Arthur Bell|my father
Marek Zielinski|Ewa Zielinska|my mother
Nina Roy|Anil Roy|my uncle
Owen Price|Mair Price|my wife
Priya Nair|Lakshmi Nair|my grandmother
Quentin Moss|Vera Moss|my mother
Rosa Diaz|Luis Diaz|my father
Sam Walker|Betty Walker|my aunt
Tara Quinn|Sean Quinn|my brother
Uma Patel|Kiran Patel|my father
Victor Hall|Edith Hall|my mother
Wendy Frost|Alan Frost|my husband
Yusuf Kaya|Emine Kaya|my mother
""".split("\n")[1:-1]


def families(since: date) -> list[CareRecipient]:
    """One person cared for a family, with caregiver and account; made on `since`."""
    joined, unusable = midnight(since), make_password(None)
    group = Group.objects.get(name=Role.CAREGIVER.value)
    users = User.objects.bulk_create([_account(line, unusable) for line in NAMES])
    User.groups.through.objects.bulk_create([User.groups.through(user_id=user.pk, group_id=group.pk) for user in users])
    caregivers = Caregiver.objects.bulk_create([Caregiver(user=user, created_at=joined) for user in users])
    return CareRecipient.objects.bulk_create(
        [_person(line, caregiver) for line, caregiver in zip(NAMES, caregivers, strict=True)]
    )


def _account(line: str, password: str) -> User:
    first, last = line.split("|")[0].split(" ", 1)
    email = f"{first}.{last}@families.example".lower()
    return User(email=email, first_name=first, last_name=last, password=password)


def _person(line: str, caregiver: Caregiver) -> CareRecipient:
    _, name, relationship = line.split("|")
    return CareRecipient(
        caregiver=caregiver, full_name=name, relationship=relationship, created_at=caregiver.created_at
    )
