"""Where secrets lie in the database: each app names its places; a command, a check and an invariant go through them."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Substr

from portal.common.encryption import PREFIX, PREFIX_LENGTH, UnreadableSecret, known_key_ids

BATCH: Final = 500


@dataclass(slots=True)
class Rewritten:
    """How many secrets a run changed, and how many no key opened."""

    changed: int = 0
    unreadable: int = 0


class SecretPlace(ABC):
    """One kind of secret in the database: `name` is its plural, for reports; `watched` ones are counted hourly."""

    name: str
    watched: ClassVar[bool] = True

    @abstractmethod
    def rows(self) -> QuerySet[Any, Any]:
        """Those with a secret, annotated with it as `stored`."""

    @abstractmethod
    def put(self, row: Any, stored: str) -> None:
        """Write the secret of a row, which is locked."""

    def key_ids(self) -> set[str]:
        """Of the keys that what is stored needs. The database finds them: no secret is read."""
        key = Substr("stored", len(PREFIX) + 1, PREFIX_LENGTH - len(PREFIX) - 1)
        encrypted = self.rows().filter(stored__startswith=PREFIX).order_by()
        return set(encrypted.values_list(key, flat=True).distinct())

    def in_clear(self) -> int:
        """How many are not encrypted."""
        return self.rows().exclude(stored__startswith=PREFIX).count()

    def rewrite(self, change: Callable[[str], str]) -> Rewritten:
        """Apply `change` to each secret, some hundred rows in a transaction; what no key opens stays as it is."""
        result = Rewritten()
        last: Any = 0
        while last is not None:
            with transaction.atomic():
                last = self._rewrite_batch(change, last, result)
        return result

    def _rewrite_batch(self, change: Callable[[str], str], after: int, result: Rewritten) -> int | None:
        rows = list(self.rows().filter(pk__gt=after).order_by("pk").select_for_update()[:BATCH])
        for row in rows:
            try:
                stored = change(row.stored)
            except UnreadableSecret:
                result.unreadable += 1
                continue
            if stored != row.stored:
                self.put(row, stored)
                result.changed += 1
        return rows[-1].pk if rows else None


PLACES: Final[list[SecretPlace]] = []


def missing_keys() -> Iterator[tuple[str, set[str]]]:
    """Each place with the ids of keys that it needs and PORTAL_ENCRYPTION_KEYS lacks. Raises DatabaseError."""
    known = known_key_ids()
    for place in PLACES:
        if missing := place.key_ids() - known:
            yield place.name, missing


def require_keys() -> None:
    """Raises ImproperlyConfigured when a stored secret cannot be opened: the portal would refuse every second factor.

    Without a database, or before it has tables, there is nothing to open: /readyz/ tells of that.
    """
    if complaints := _complaints():
        raise ImproperlyConfigured(" ".join(complaints))


@register(Tags.database)
def stored_secrets_can_be_opened(**kwargs: Any) -> list[CheckMessage]:
    """Run by `migrate`, and by `check --database default`."""
    return [Error(complaint, id="portal.E010") for complaint in _complaints()]


def _complaints() -> list[str]:
    try:
        with transaction.atomic():
            return [_sentence(name, missing) for name, missing in missing_keys()]
    except DatabaseError:
        return []


def _sentence(name: str, missing: set[str]) -> str:
    return (
        f"PORTAL_ENCRYPTION_KEYS does not open the stored {name}: they were encrypted with another key "
        f"({', '.join(sorted(missing))}). Add that key to the end of the list; see docs/security/keys.md."
    )
