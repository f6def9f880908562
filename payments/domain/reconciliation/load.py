"""Staging: COPY on PostgreSQL, bulk inserts elsewhere; a batch at a time, so that memory stays as it is."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any, Final

from django.db import DatabaseError, connection
from django.db.models import Field

from payments.models import ReconciliationRun, Staged, StagedDispute, StagedIntent, StagedRefund

BATCH: Final = 10_000
JOIN_MEMORY: Final = "64MB"  # room for a million intents
STAGED: Final[tuple[type[Staged], ...]] = (StagedIntent, StagedRefund, StagedDispute)
Row = tuple[Any, ...]


def clear() -> None:
    """Forget what an earlier run staged."""
    for model in STAGED:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {model._meta.db_table}")
        else:
            model._default_manager.all().delete()


def stage(model: type[Staged], run: ReconciliationRun, rows: Iterable[Row]) -> Iterator[int]:
    """Write rows (values of `model.LISTED`); yields how many after each batch."""
    write = _copy if connection.vendor == "postgresql" else _insert
    rest = iter(rows)
    while batch := list(islice(rest, BATCH)):
        write(model, run, batch)
        yield len(batch)


def analyze(model: type[Staged]) -> None:
    """Tell the planner how much there is now, and of the columns that it joins by: it decides how to join by it."""
    joined = ", ".join(("run_id", *(column for column in model.LISTED if column.endswith("_id"))))
    columns = "" if connection.vendor == "sqlite" else f" ({joined})"
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {model._meta.db_table}{columns}")


@contextmanager
def room_to_join() -> Iterator[None]:
    """Whole tables are hashed to be joined: PostgreSQL does it in memory while this lasts, not through its disk."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"SET work_mem = '{JOIN_MEMORY}'")
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:  # a lost connection has forgotten it too
            cursor.execute("RESET work_mem")


def _copy(model: type[Staged], run: ReconciliationRun, batch: list[Row]) -> None:
    columns = ("run_id", *model.LISTED)
    statement = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([_type(model, column) for column in columns])  # else each value's type is looked up
        for row in batch:
            copy.write_row((run.pk, *row))


def _insert(model: type[Staged], run: ReconciliationRun, batch: list[Row]) -> None:
    names = [_attribute(model, column) for column in model.LISTED]
    objects = (model(run=run, **dict(zip(names, row, strict=True))) for row in batch)
    model._default_manager.bulk_create(objects, batch_size=500)


def _attribute(model: type[Staged], column: str) -> str:
    return _field(model, column).attname


def _type(model: type[Staged], column: str) -> str:
    """PostgreSQL's name of the column's type, without its length."""
    return str(_field(model, column).db_type(connection)).partition("(")[0]


def _field(model: type[Staged], column: str) -> Field[Any, Any]:
    return next(field for field in model._meta.concrete_fields if field.column == column)
