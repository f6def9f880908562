"""Stored addresses become lower case: what migration 0004 of accounts does.

Nearly every row is in lower case already (only Wagtail's user form stored what was typed), so little is held and little
is written: one pass reads the rows, and they are changed a thousand at a time. The release before reads lower case as
well, and it can be run again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import models, transaction

BATCH: Final = 1000
ADVICE: Final = (
    "Nothing was changed: in lower case, these accounts would have the same email address. Accounts are never merged. "
    "Give all but one of them another address (docs/operations/accounts.md), then migrate again:"
)


class AddressesCollide(RuntimeError):
    """Somebody has to decide whose address it is."""


@dataclass(frozen=True, slots=True)
class AddressChange:
    """A row that is not in lower case yet."""

    pk: int
    user_id: int
    email: str
    verified: bool


def lower_case(users: type[models.Model], addresses: type[models.Model]) -> int:
    """Lower-case every address of both tables; returns how many rows were changed. Raises AddressesCollide."""
    user_changes = list(_changes(users, "pk", None))
    address_changes = list(_changes(addresses, "user_id", "verified"))
    if collisions := _collisions(users, addresses, user_changes, address_changes):
        raise AddressesCollide("\n".join([ADVICE, *collisions]))
    return _write(users, user_changes) + _write(addresses, address_changes)


def _changes(model: Any, user_id: str, verified: str | None) -> Iterator[AddressChange]:
    fields = ["pk", user_id, "email", *([verified] if verified else [])]
    for pk, user, email, *proven in model.objects.values_list(*fields).iterator(chunk_size=5000):
        if email != email.lower():
            yield AddressChange(pk, user, email.lower(), all(proven))


def _collisions(
    users: Any, addresses: Any, of_users: list[AddressChange], of_addresses: list[AddressChange]
) -> list[str]:
    """A line for each address that more than one account would have, or one account twice."""
    claims: dict[str, set[int]] = defaultdict(set)
    rows: dict[tuple[str, int], int] = defaultdict(int)
    for change in of_users:
        claims[change.email].add(change.user_id)
    for change in of_addresses:
        rows[change.email, change.user_id] += 1
        if change.verified:
            claims[change.email].add(change.user_id)
    for wanted in _batches(sorted({*claims, *(email for email, _ in rows)})):
        for email, user in users.objects.filter(email__in=wanted).values_list("email", "pk"):
            claims[email].add(user)
        for email, user, verified in addresses.objects.filter(email__in=wanted).values_list(
            "email", "user_id", "verified"
        ):
            rows[email, user] += (email, user) in rows
            if verified:
                claims[email].add(user)
    shared = [
        f"  {email}: accounts {', '.join(map(str, sorted(ids)))}" for email, ids in claims.items() if len(ids) > 1
    ]
    twice = [f"  {email}: twice on account {user}" for (email, user), number in rows.items() if number > 1]
    return sorted(shared + twice)


def _write(model: Any, changes: list[AddressChange]) -> int:
    for batch in _batches(changes):
        with transaction.atomic(using=model.objects.db):
            for change in batch:
                model.objects.filter(pk=change.pk).update(email=change.email)
    return len(changes)


def _batches(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]
