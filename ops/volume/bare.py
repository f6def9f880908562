"""Filling big tables: indexes and keys are built once afterwards, instead of row by row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from django.db import connection

_KEYS: Final = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('f', 'u') ORDER BY contype DESC, conname
"""
_INDEXES: Final = """
    SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index WHERE indrelid = ANY(%s::regclass[])
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) ORDER BY indexrelid
"""


@contextmanager
def bare(tables: Sequence[str]) -> Iterator[None]:
    """Within it `tables` have primary keys and checks only; foreign and unique keys are checked when it ends.

    Must run inside a transaction: whatever fails leaves the tables as they were.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found: list[tuple[str, str]] = []
        for catalogue in (_KEYS, _INDEXES):
            cursor.execute(catalogue, [list(tables)])
            found += cursor.fetchall()
        for drop, _ in found:
            cursor.execute(drop)
        yield
        for _, build in found:
            cursor.execute(build)
