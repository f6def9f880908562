"""Staging: COPY on PostgreSQL, bulk inserts elsewhere; a batch at a time, so that memory stays as it is."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, Final

from django.db import connection

from payments.models import ReconciliationRun, Staged, StagedDispute, StagedIntent, StagedRefund

BATCH: Final = 10_000
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
    """Tell the planner how much there is now: it decides how to join by it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {model._meta.db_table}")


def _copy(model: type[Staged], run: ReconciliationRun, batch: list[Row]) -> None:
    columns = ", ".join(("run_id", *model.LISTED))
    with connection.cursor() as cursor, cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as copy:
        for row in batch:
            copy.write_row((run.pk, *row))


def _insert(model: type[Staged], run: ReconciliationRun, batch: list[Row]) -> None:
    names = [_attribute(model, column) for column in model.LISTED]
    objects = (model(run=run, **dict(zip(names, row, strict=True))) for row in batch)
    model._default_manager.bulk_create(objects, batch_size=500)


def _attribute(model: type[Staged], column: str) -> str:
    return next(field.attname for field in model._meta.concrete_fields if field.column == column)
