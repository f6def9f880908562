"""Bringing one part's rows of some days to what the base tables say; only what differs is written."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from insights.rollups.days import Days
from insights.rollups.models import Daily
from insights.rollups.parts import Part

Key = tuple[Any, ...]  # the day, then the part's keys
Values = tuple[int, ...]
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """`cells` have other values than those kept; `gone` are empty now, with the id of the row that is kept."""

    cells: dict[Key, Values]
    gone: dict[Key, int]

    @property
    def days(self) -> set[date]:
        """The days on which something differs."""
        return {key[0] for key in (*self.cells, *self.gone)}


def difference(part: Part, days: Days) -> Difference:
    """Compare what the base tables say of `days` with what is kept."""
    names = ("day", *part.keys)
    fresh = {
        tuple(row[name] for name in names): tuple(row[name] for name in part.columns) for row in part.compute(days)
    }
    kept = _kept(part, days, names)
    return Difference(
        cells={key: values for key, values in fresh.items() if key not in kept or kept[key][1] != values},
        gone={key: pk for key, (pk, _) in kept.items() if key not in fresh},
    )


def _kept(part: Part, days: Days, names: tuple[str, ...]) -> dict[Key, tuple[int, Values]]:
    """The rows that say something for this part: in a shared row, nothing but zeros says nothing."""
    rows = _rows(part).filter(day__in=days, **part.only).values_list("pk", *names, *part.columns)
    width = 1 + len(names)
    return {row[1:width]: (row[0], row[width:]) for row in rows if not part.shared or any(row[width:])}


def recompute(part: Part, days: Days) -> None:
    """Write what differs. Runs inside the caller's transaction."""
    found = difference(part, days)
    cells = found.cells
    if part.shared:
        cells |= dict.fromkeys(found.gone, (0,) * len(part.columns))
    else:
        _rows(part).filter(pk__in=found.gone.values()).delete()
    names = ("day", *part.keys, *part.columns)
    rows = [part.table(**dict(zip(names, (*key, *values), strict=True))) for key, values in sorted(cells.items())]
    if part.columns:
        _rows(part).bulk_create(
            rows, BATCH, update_conflicts=True, unique_fields=("day", *part.keys), update_fields=part.columns
        )
    else:
        _rows(part).bulk_create(rows, BATCH)
    if part.then and (found.cells or found.gone):
        part.then([*found.cells, *found.gone])


def _rows(part: Part) -> QuerySet[Daily]:
    return part.table._default_manager.all().order_by()
