"""The one query behind every roll-up: rows of some days, counted by day and key."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import F, QuerySet

from insights.rollups.days import Days, day_of, within

Row = dict[str, Any]


def grouped(
    rows: QuerySet[Any, Any], days: Days, moment: str, keys: Mapping[str, Any], **columns: Any
) -> Iterator[Row]:
    """A row {"day", *keys, *columns} for each cell with anything to count.

    `moment` is the datetime field that says the day; `keys` names a field or an expression for each key.
    """
    named = {f"key_{name}": F(of) if isinstance(of, str) else of for name, of in keys.items()}
    cells = rows.filter(within(days, moment)).order_by().values(key_day=day_of(moment), **named).annotate(**columns)
    for cell in cells:  # no server-side cursor: PostgreSQL would plan for the first rows, and all are read
        values = {name: cell[name] or 0 for name in columns}
        if any(values.values()):
            yield {"day": cell["key_day"], **{name: cell[f"key_{name}"] for name in keys}, **values}
