"""The roll-ups' specs: the columns that one query fills, and whose days are computed again together."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from insights.rollups import durations, engagement_queries, payment_queries, viewer_links
from insights.rollups.days import Days
from insights.rollups.grouped import Row
from insights.rollups.models import (
    Daily,
    DailyDecline,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyServiceTotals,
    DailyViewer,
    Measure,
)
from portal.bookings.enums import BookingStatus


@dataclass(frozen=True, slots=True)
class RollupSpec:
    """Columns of `table` that one query fills. Rows are found by day and `keys`.

    `only` says which rows are the spec's own; `shared`: other specs have columns in the same rows; `then` hears which
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


def _service_totals(compute: Callable[[Days], Iterable[Row]], *columns: str) -> RollupSpec:
    return RollupSpec(compute.__name__, DailyServiceTotals, ("service_id", "currency"), columns, compute, shared=True)


def _histogram(kind: Measure, compute: Callable[[Days], Iterable[Row]]) -> RollupSpec:
    keys = ("measure", "service_id", "edge")
    return RollupSpec(kind.value, DailyHistogram, keys, ("count",), compute, only={"measure": kind.value})


SPECS: Final = (
    _service_totals(payment_queries.bookings, *(status.value for status in BookingStatus), "booked"),
    _service_totals(
        payment_queries.reached, "reached_deposit_page", "reached_attempt", "reached_paid", "reached_attended"
    ),
    _service_totals(engagement_queries.looked, "viewed_events", "started_events"),
    _service_totals(payment_queries.attempts, "attempts_succeeded", "attempts_failed"),
    _service_totals(payment_queries.payments, "payments_tried", "payments_captured"),
    _service_totals(payment_queries.paid, "paid", "paid_refunded", "deposits_amount"),
    _service_totals(payment_queries.refunds, "refunds", "refunded_amount"),
    _service_totals(payment_queries.disputes, "disputed_amount"),
    _service_totals(payment_queries.dispute_fees, "dispute_fees_amount"),
    _service_totals(payment_queries.sessions, "places_offered", "places_held"),
    _service_totals(payment_queries.attendance, "attended", "missed"),
    _service_totals(payment_queries.feedback, "feedback_given", "feedback_satisfied"),
    RollupSpec("declines", DailyDecline, ("service_id", "currency", "reason"), ("declines",), payment_queries.declines),
    _histogram(Measure.CONFIRMATION, durations.confirmation),
    _histogram(Measure.NOTIFICATION_DELAY, durations.notification_delay),
    _histogram(Measure.WEBHOOK_LAG, durations.webhook_lag),
    RollupSpec(
        "notifications",
        DailyNotifications,
        ("template",),
        ("queued", "sent", "failed", "paid_after"),
        engagement_queries.notifications,
    ),
    RollupSpec(
        "media",
        DailyMedia,
        ("item",),
        ("plays", "completed", "downloads", "watched_seconds"),
        engagement_queries.media,
    ),
    RollupSpec("viewers", DailyViewer, ("viewer",), (), engagement_queries.viewers, then=viewer_links.relink),
)
TABLES: Final = tuple(dict.fromkeys(spec.table for spec in SPECS))
