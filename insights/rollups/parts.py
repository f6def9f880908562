"""What the roll-ups are made of: parts that are computed together, and whose days are touched together."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from insights.rollups import durations, ledger, measure, seen
from insights.rollups.days import Days
from insights.rollups.grouped import Row
from insights.rollups.models import (
    Daily,
    DailyDecline,
    DailyFigures,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyViewer,
    Measure,
)
from portal.bookings.enums import BookingStatus


@dataclass(frozen=True, slots=True)
class Part:
    """Columns of `table` that one query fills. Rows are found by day and `keys`.

    `only` says which rows are the part's own; `shared`: other parts have columns in the same rows; `then` hears which
    cells (day, then keys) were written or removed.
    """

    name: str
    table: type[Daily]
    keys: tuple[str, ...]
    columns: tuple[str, ...]
    compute: Callable[[Days], Iterable[Row]]
    only: Mapping[str, Any] = field(default_factory=dict)
    shared: bool = False
    then: Callable[[Collection[tuple[Any, ...]]], None] | None = None


def _figures(compute: Callable[[Days], Iterable[Row]], *columns: str) -> Part:
    return Part(compute.__name__, DailyFigures, ("service_id", "currency"), columns, compute, shared=True)


def _histogram(kind: Measure, compute: Callable[[Days], Iterable[Row]]) -> Part:
    keys = ("measure", "service_id", "edge")
    return Part(kind.value, DailyHistogram, keys, ("count",), compute, only={"measure": kind.value})


PARTS: Final = (
    _figures(ledger.bookings, *(status.value for status in BookingStatus), "booked"),
    _figures(ledger.reached, "reached_deposit_page", "reached_attempt", "reached_paid", "reached_attended"),
    _figures(measure.looked, "viewed_events", "started_events"),
    _figures(ledger.attempts, "attempts_succeeded", "attempts_failed"),
    _figures(ledger.payments, "payments_tried", "payments_captured"),
    _figures(ledger.paid, "paid", "paid_refunded", "deposits_amount"),
    _figures(ledger.refunds, "refunds", "refunded_amount"),
    _figures(ledger.disputes, "disputed_amount"),
    _figures(ledger.dispute_fees, "dispute_fees_amount"),
    _figures(ledger.sessions, "places_offered", "places_held"),
    _figures(ledger.attendance, "attended", "missed"),
    Part("declines", DailyDecline, ("service_id", "currency", "reason"), ("declines",), ledger.declines),
    _histogram(Measure.CONFIRMATION, durations.confirmation),
    _histogram(Measure.NOTIFICATION_DELAY, durations.notification_delay),
    _histogram(Measure.WEBHOOK_LAG, durations.webhook_lag),
    Part(
        "notifications", DailyNotifications, ("template",), ("queued", "sent", "failed", "paid_after"),
        measure.notifications,
    ),
    Part(
        "media", DailyMedia, ("item",), ("plays", "completed", "downloads", "watched_seconds"), measure.media,
    ),
    Part("viewers", DailyViewer, ("viewer",), (), measure.viewers, then=seen.link),
)  # fmt: skip
TABLES: Final = tuple(dict.fromkeys(part.table for part in PARTS))
