"""What staff change about a family, with what stood there before, and what they write down."""

from collections.abc import Mapping
from typing import Final

from django.db import transaction

from portal.accounts.models import User
from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.audit.domain.values import Changes, record_change
from portal.caregivers.models import Caregiver, CareRecipient, StaffNote

NAMES: Final = ("first_name", "last_name")


@transaction.atomic
def change_contact(caregiver: Caregiver, *, values: Mapping[str, str], cause: Cause) -> bool:
    """Write those of first name, last name and phone that `values` has; whether anything changed."""
    locked = Caregiver.objects.select_for_update(no_key=True, of=("self",)).select_related("user").get(pk=caregiver.pk)
    user = locked.user
    names = _assigned(user, {name: values[name] for name in NAMES if name in values})
    phone = _assigned(locked, {"phone": values["phone"]} if "phone" in values else {})
    if names:
        user.save(update_fields=list(names))
    if phone:
        locked.save(update_fields=list(phone))
    return _recorded("caregiver.contact_changed", locked, {**names, **phone}, user, cause)


@transaction.atomic
def change_person(person: CareRecipient, *, values: Mapping[str, str], cause: Cause) -> bool:
    """Write what `values` has of somebody's details; whether anything changed."""
    locked = CareRecipient.objects.select_for_update(no_key=True).get(pk=person.pk)
    changes = _assigned(locked, values)
    if changes:
        locked.save(update_fields=list(changes))
    return _recorded("person.changed", locked, changes, locked.caregiver.user, cause)


@transaction.atomic
def add_person(caregiver: Caregiver, *, values: Mapping[str, str], cause: Cause) -> CareRecipient:
    """Somebody else that the family cares for."""
    person = CareRecipient.objects.create(caregiver=caregiver, **values)
    record("person.added", person, cause=cause)
    return person


@transaction.atomic
def add_note(caregiver: Caregiver, text: str, *, author: User, cause: Cause) -> StaffNote:
    """Write a note about the family."""
    note = StaffNote.objects.create(caregiver=caregiver, text=text, author=author)
    record("note.added", note, cause=cause, data={"caregiver": caregiver.pk})
    return note


@transaction.atomic
def remove_note(note: StaffNote, *, cause: Cause) -> None:
    """Take a note away; the audit trail keeps that there was one, and what it said until the family is erased."""
    changes = {"text": (note.text, "")}
    record_change("note.removed", note, changes=changes, about=note.caregiver.user, cause=cause)
    note.delete()


def _assigned(row: User | Caregiver | CareRecipient, values: Mapping[str, str]) -> Changes:
    """Assign `values` to `row`; what differs, as text."""
    changes = {}
    for field, value in values.items():
        before = str(getattr(row, field))
        setattr(row, field, value)
        if (after := str(getattr(row, field))) != before:
            changes[field] = (before, after)
    return changes


def _recorded(action: str, subject: Caregiver | CareRecipient, changes: Changes, about: User, cause: Cause) -> bool:
    if changes:
        record_change(action, subject, changes=changes, about=about, cause=cause)
    return bool(changes)
