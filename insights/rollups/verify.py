"""Proof that the roll-ups equal what plain SQL over the base tables says now."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from insights.rollups.models import Daily
from insights.rollups.refresh import TABLES, all_days


@dataclass(frozen=True, slots=True)
class Difference:
    """A day whose kept rows of one table are not those that the base tables give."""

    day: date
    table: str


def verify() -> list[Difference]:
    """Every day and table that differs, kept days outside the known range included."""
    known = all_days()
    kept = {day for table, _ in TABLES for day in table._default_manager.values_list("day", flat=True).distinct()}
    return [
        Difference(day, table.__name__)
        for day in sorted({*known, *kept})
        for table, compute in TABLES
        if _values(compute(day)) != _values(table._default_manager.filter(day=day))
    ]


def _values(rows: "list[Daily] | models.QuerySet[Daily]") -> list[tuple[Any, ...]]:
    names = [field.attname for field in rows.model._meta.concrete_fields] if isinstance(rows, models.QuerySet) else []
    names = names or [field.attname for row in rows[:1] for field in row._meta.concrete_fields]
    return sorted(tuple(str(getattr(row, name)) for name in names if name != "id") for row in rows)
