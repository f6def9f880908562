"""How long each kind of data is kept, as data: pages, documents and the nightly clearing read the same rules.

Each app lists its rules as `RETENTION` in its `privacy.py`. A rule whose data the portal clears itself has `trims`;
each takes the moment up to which data is due and the primary key reached so far, works on one chunk, and says how far
it came, so that a run that is killed goes on where it stopped and five million rows take constant memory.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any, Final

from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CHUNK: Final = 1000


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of work: the last key looked at (None: nothing is due any more) and how many rows changed."""

    last: int | None
    changed: int = 0


Trim = Callable[[datetime, int], Chunk]
DONE: Final = Chunk(None)


@dataclass(frozen=True, slots=True)
class Retention:
    """One kind of data: what, why, and for how many `days`, or `until` what happens.

    `done_by` says who clears it when not this app's `trims`. With `goes_on` a run begins where the last one stopped:
    right for rows that become due in the order of their keys.
    """

    key: str
    what: str | Promise
    why: str | Promise
    days: int | None = None
    until: str | Promise = ""
    trims: tuple[Trim, ...] = ()
    goes_on: bool = True
    done_by: str = ""

    @property
    def period(self) -> str:
        """For people: "14 days", "12 months", "6 years", or until when."""
        if self.days is None:
            return str(self.until)
        for length, words in ((365 * 3, _years), (365, _months)):
            if self.days >= length and self.days % 365 == 0:
                return words(self.days // 365)
        return ngettext("%(number)d day", "%(number)d days", self.days) % {"number": self.days}


def _years(years: int) -> str:
    return _("%(number)d years") % {"number": years}


def _months(years: int) -> str:
    return _("%(number)d months") % {"number": years * 12}


def due(rows: QuerySet[Any], moment: str, limit: datetime, after: int) -> list[int]:
    """Keys of the next rows after `after` whose `moment` is not later than `limit`, in order; at most a thousand."""
    chunk = rows.filter(pk__gt=after).order_by("pk").values_list("pk", moment)[:CHUNK]
    return [key for key, _at in takewhile(lambda row: row[1] is not None and row[1] <= limit, chunk)]


def updating(model: type[Model], moment: str, **values: Any) -> Trim:
    """A trim that writes `values` over rows of `model` as they become due in the order of their keys."""

    def trim(limit: datetime, after: int) -> Chunk:
        keys = due(model._default_manager.all(), moment, limit, after)
        changed = model._default_manager.filter(pk__in=keys).update(**values) if keys else 0
        return Chunk(keys[-1], changed) if keys else DONE

    return trim
