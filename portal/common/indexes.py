"""Indexes that are made beside a running portal: what the search boxes look names, numbers and amounts up by."""

from typing import Any, Final

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

KEPT_SORTED: Final = " WITH (fastupdate = off)"  # names are written rarely, and each search would read what waits


class AddIndex(AddIndexConcurrently):
    """Writes go on while PostgreSQL builds it; SQLite, which has one writer anyway, knows no such way."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            super().database_backwards(app_label, schema_editor, from_state, to_state)
        else:
            migrations.AddIndex.database_backwards(self, app_label, schema_editor, from_state, to_state)


class AddTrigramIndex(Operation):
    """A GIN index of trigrams, built while writes go on; nothing on SQLite. The migration has `atomic = False`.

    `expressions` are written as Django's lookups write them: UPPER(column::text) for `istartswith` and `icontains`. One
    that a broken-off build left behind is invalid, and is built again.
    """

    reversible = True

    def __init__(self, *, name: str, table: str, expressions: tuple[str, ...]) -> None:
        self.name, self.table, self.expressions = name, table, expressions

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing: Django's state would have it on SQLite, too."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        columns = ", ".join(f"{expression} gin_trgm_ops" for expression in self.expressions)
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}")
        schema_editor.execute(
            f"CREATE INDEX CONCURRENTLY {self.name} ON {self.table} USING gin ({columns}){KEPT_SORTED}"
        )

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}")

    def describe(self) -> str:
        return f"Search {self.table} by {self.name}"
