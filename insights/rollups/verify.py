"""Proves that the roll-ups equal grouped queries over the base tables."""

from dataclasses import dataclass
from datetime import date

from insights.rollups.models import DailyViewer
from insights.rollups.recompute import changes_of
from insights.rollups.refresh import all_days, in_chunks
from insights.rollups.specs import SPECS, TABLES
from insights.rollups.viewer_links import wrongly_linked


@dataclass(frozen=True, order=True, slots=True)
class Mismatch:
    """A day whose stored rows of one table differ from the base tables."""

    day: date
    table: str


def verify() -> list[Mismatch]:
    """Every day and table that differs, stored days outside the known range included."""
    stored = {day for table in TABLES for day in table._default_manager.values_list("day", flat=True).distinct()}
    days = sorted({*all_days(), *stored})
    mismatches = {
        Mismatch(day, spec.table.__name__)
        for some in in_chunks(days)
        for spec in SPECS
        for day in changes_of(spec, some).days
    }
    return sorted(mismatches | {Mismatch(day, DailyViewer.__name__) for day in wrongly_linked()})
