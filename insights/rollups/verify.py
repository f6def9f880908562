"""Proof that the roll-ups equal what grouped queries over the base tables say now."""

from dataclasses import dataclass
from datetime import date

from insights.rollups.models import DailyViewer
from insights.rollups.parts import PARTS, TABLES
from insights.rollups.recompute import difference
from insights.rollups.refresh import all_days, in_chunks
from insights.rollups.seen import wrongly_linked


@dataclass(frozen=True, order=True, slots=True)
class Difference:
    """A day whose kept rows of one table are not those that the base tables give."""

    day: date
    table: str


def verify() -> list[Difference]:
    """Every day and table that differs, kept days outside the known range included."""
    kept = {day for table in TABLES for day in table._default_manager.values_list("day", flat=True).distinct()}
    days = sorted({*all_days(), *kept})
    found = {
        Difference(day, part.table.__name__)
        for some in in_chunks(days)
        for part in PARTS
        for day in difference(part, some).days
    }
    return sorted(found | {Difference(day, DailyViewer.__name__) for day in wrongly_linked()})
