"""Links each day of a viewer to their previous day, so that unique viewers of a period can be counted."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import F, OuterRef, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag

from insights.rollups.models import DailyViewer


def relink(cells: Collection[tuple[Any, ...]]) -> None:
    """Set `seen_before` again after the rows of `cells` (day, viewer) were written or removed."""
    later = DailyViewer.objects.filter(
        viewer__in={viewer for _, viewer in cells}, day__gte=min(day for day, _ in cells)
    )
    later.update(seen_before=_day_before())


def repair() -> None:
    """Set every wrong link again, of rows that stayed while others were lost or changed by hand."""
    DailyViewer.objects.filter(day__in=wrongly_linked()).update(seen_before=_day_before())


def _day_before() -> Subquery:
    earlier = DailyViewer.objects.filter(viewer=OuterRef("viewer"), day__lt=OuterRef("day"))
    return Subquery(earlier.order_by("-day").values("day")[:1])


def wrongly_linked() -> set[date]:
    """Days with a row whose `seen_before` is not the viewer's previous day."""
    last = Window(Lag("day"), partition_by=[F("viewer")], order_by=F("day").asc())
    never = Value(date.min)
    compared = DailyViewer.objects.annotate(last=Coalesce(last, never), stored=Coalesce("seen_before", never))
    return set(compared.exclude(stored=F("last")).values_list("day", flat=True))
