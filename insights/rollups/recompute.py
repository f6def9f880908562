"""Bringing the rows of one spec and some days to what the base tables say; only what differs is written."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from insights.rollups.days import Days
from insights.rollups.models import Daily
from insights.rollups.specs import RollupSpec

Key = tuple[Any, ...]  # the day, then the spec's keys
Values = tuple[int, ...]
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Changes:
    """`cells` have other values than those stored; `gone` are empty now, with the id of the stored row."""

    cells: dict[Key, Values]
    gone: dict[Key, int]

    @property
    def days(self) -> set[date]:
        """Days with a change."""
        return {key[0] for key in (*self.cells, *self.gone)}


def changes_of(spec: RollupSpec, days: Days) -> Changes:
    """Compare what the base tables say of `days` with what is stored. Writes nothing."""
    names = ("day", *spec.keys)
    fresh = {
        tuple(row[name] for name in names): tuple(row[name] for name in spec.columns) for row in spec.compute(days)
    }
    stored = _stored(spec, days, names)
    return Changes(
        cells={key: values for key, values in fresh.items() if key not in stored or stored[key][1] != values},
        gone={key: pk for key, (pk, _) in stored.items() if key not in fresh},
    )


def _stored(spec: RollupSpec, days: Days, names: tuple[str, ...]) -> dict[Key, tuple[int, Values]]:
    """Rows with a value of this spec: in a shared row, all zeros counts as none."""
    rows = _rows(spec).filter(day__in=days, **spec.only).values_list("pk", *names, *spec.columns)
    width = 1 + len(names)
    return {row[1:width]: (row[0], row[width:]) for row in rows if not spec.shared or any(row[width:])}


def recompute(spec: RollupSpec, days: Days) -> None:
    """Write what differs, in the caller's transaction."""
    changes = changes_of(spec, days)
    cells = changes.cells
    if spec.shared:
        cells |= dict.fromkeys(changes.gone, (0,) * len(spec.columns))
    else:
        _rows(spec).filter(pk__in=changes.gone.values()).delete()
    names = ("day", *spec.keys, *spec.columns)
    rows = [spec.table(**dict(zip(names, (*key, *values), strict=True))) for key, values in sorted(cells.items())]
    if spec.columns:
        _rows(spec).bulk_create(
            rows, BATCH, update_conflicts=True, unique_fields=("day", *spec.keys), update_fields=spec.columns
        )
    else:
        _rows(spec).bulk_create(rows, BATCH)
    if spec.then and (changes.cells or changes.gone):
        spec.then([*changes.cells, *changes.gone])


def _rows(spec: RollupSpec) -> QuerySet[Daily]:
    return spec.table._default_manager.all().order_by()
