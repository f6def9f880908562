"""The dashboard's figures by plain SQL over the base tables, each query with the best index it could have."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import connection

from insights.kpis.aggregates import EVERYTHING, NOTIFIED, PLAYED, Sums
from insights.kpis.filters import Filter
from insights.rollups.days import bounds
from insights.rollups.durations import ABOVE, EDGES
from insights.rollups.models import Measure

# Beside the portal's own: covering, so that a period is read from the index alone.
INDEXES: Final = (
    "bookings_booking (created_at) INCLUDE (status, currency, confirmed_at, id)",
    "bookings_booking (session_id) INCLUDE (status)",
    "payments_payment (booking_id) INCLUDE (purpose, status, first_attempt_at, create_requested_at)",
    "payments_payment (created_at) INCLUDE (status, first_attempt_at)",
    "payments_payment (succeeded_at) INCLUDE (purpose, currency, captured_amount, refunded_amount)",
    "payments_paymentattempt (occurred_at) INCLUDE (outcome, code, decline_code)",
    "payments_receivedevent (received_at) INCLUDE (created_at, applied_at)",
    "bookings_session (starts_at) INCLUDE (id, status, capacity, held)",
    "notifications_notification (created_at) INCLUDE (template, status, sent_at)",
    "activity_activityevent (activity, occurred_at) INCLUDE (object_id, seconds, visitor)",
)

_CAPTURED: Final = "('succeeded', 'partially_refunded', 'refunded')"


def _day(moment: str) -> str:
    return f"({moment} AT TIME ZONE %(zone)s)::date"


def _on(moment: str) -> str:
    return f"{moment} >= %(start)s AND {moment} < %(end)s"


def _histogram(table: str, moment: str, start: str, end: str) -> str:
    took = f"(extract(epoch FROM {end} - {start}) * 1000000)::bigint - 1"
    return (
        f"SELECT {_day(moment)}, width_bucket({took}, %(edges)s::bigint[]), count(*) FROM {table} "
        f"WHERE {_on(moment)} AND {end} IS NOT NULL GROUP BY 1, 2"
    )


QUERIES: Final[dict[str, str]] = {
    "statuses": f"""
        SELECT {_day("created_at")}, status, count(*) FROM bookings_booking WHERE {_on("created_at")} GROUP BY 1, 2""",
    "reached": f"""
        SELECT day, count(*) FILTER (WHERE opened), count(*) FILTER (WHERE tried), count(*) FILTER (WHERE paid),
            count(*) FILTER (WHERE paid AND status = 'completed')
        FROM (
            SELECT booking.id, {_day("booking.created_at")} AS day, booking.status,
                bool_or(payment.status IN {_CAPTURED}) AS paid,
                bool_or(payment.status IN {_CAPTURED} OR first_attempt_at IS NOT NULL) AS tried,
                bool_or(payment.status IN {_CAPTURED} OR first_attempt_at IS NOT NULL
                        OR create_requested_at IS NOT NULL) AS opened
            FROM bookings_booking booking JOIN payments_payment payment ON payment.booking_id = booking.id
            WHERE {_on("booking.created_at")} AND purpose = 'deposit'
            GROUP BY booking.id
        ) AS booked GROUP BY 1""",
    "looked": f"""
        SELECT {_day("occurred_at")}, activity, count(*) FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('service_viewed', 'booking_started') GROUP BY 1, 2""",
    "attempts": f"""
        SELECT {_day("occurred_at")}, outcome, coalesce(nullif(decline_code, ''), nullif(code, ''), 'unknown'), count(*)
        FROM payments_paymentattempt WHERE {_on("occurred_at")} GROUP BY 1, 2, 3""",
    "payments": f"""
        SELECT {_day("created_at")}, count(*) FILTER (WHERE first_attempt_at IS NOT NULL OR status IN {_CAPTURED}),
            count(*) FILTER (WHERE status IN {_CAPTURED})
        FROM payments_payment WHERE {_on("created_at")} GROUP BY 1""",
    "paid": f"""
        SELECT {_day("succeeded_at")}, currency, count(*), count(*) FILTER (WHERE refunded_amount > 0),
            sum(captured_amount)
        FROM payments_payment WHERE {_on("succeeded_at")} AND purpose = 'deposit' GROUP BY 1, 2""",
    "refunded": f"""
        SELECT {_day("settled_at")}, currency, count(*), sum(refund.amount)
        FROM payments_refund refund JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("settled_at")} AND refund.status = 'succeeded' AND purpose = 'deposit' GROUP BY 1, 2""",
    "disputed": f"""
        SELECT {_day("opened_at")}, currency, sum(withdrawn_amount)
        FROM payments_dispute JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("opened_at")} AND purpose = 'deposit' GROUP BY 1, 2""",
    "dispute_fees": f"""
        SELECT {_day("opened_at")}, payments_dispute.settlement_currency, sum(payments_dispute.fee_amount)
        FROM payments_dispute JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("opened_at")} AND purpose = 'deposit' AND payments_dispute.fee_amount <> 0 GROUP BY 1, 2""",
    "places": f"""
        SELECT {_day("starts_at")}, sum(capacity), sum(held) FROM bookings_session
        WHERE {_on("starts_at")} AND status <> 'cancelled' GROUP BY 1""",
    "attendance": f"""
        SELECT {_day("starts_at")}, count(*) FILTER (WHERE booking.status = 'completed'),
            count(*) FILTER (WHERE booking.status = 'no_show')
        FROM bookings_session session JOIN bookings_booking booking ON session_id = session.id
        WHERE {_on("starts_at")} GROUP BY 1""",
    Measure.CONFIRMATION.value: _histogram("bookings_booking", "created_at", "created_at", "confirmed_at"),
    Measure.NOTIFICATION_DELAY.value: _histogram("notifications_notification", "created_at", "created_at", "sent_at"),
    Measure.WEBHOOK_LAG.value: _histogram("payments_receivedevent", "received_at", "created_at", "applied_at"),
    "notifications": f"""
        SELECT {_day("created_at")}, template, count(*), count(*) FILTER (WHERE status = 'sent'),
            count(*) FILTER (WHERE status = 'failed')
        FROM notifications_notification WHERE {_on("created_at")} GROUP BY 1, 2""",
    "paid_after": f"""
        SELECT {_day("created_at")}, count(DISTINCT about) FROM notifications_notification mail
        WHERE {_on("created_at")} AND template = 'hold_ending' AND status = 'sent' AND EXISTS (
            SELECT FROM payments_payment payment
            WHERE booking_id = substr(about, 9)::bigint AND purpose = 'deposit' AND succeeded_at > sent_at
        ) GROUP BY 1""",
    "media": f"""
        SELECT {_day("occurred_at")}, object_id, count(*) FILTER (WHERE activity = 'media_played'),
            count(*) FILTER (WHERE activity = 'media_completed'),
            count(*) FILTER (WHERE activity = 'media_downloaded'), sum(seconds)
        FROM activity_activityevent WHERE {_on("occurred_at")} AND activity IN (
            'media_played', 'media_first_quartile', 'media_midpoint', 'media_third_quartile', 'media_completed',
            'media_stopped', 'media_downloaded'
        ) GROUP BY 1, 2""",
    "viewers": f"""
        SELECT {_day("occurred_at")}, count(DISTINCT visitor) FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('media_played', 'media_downloaded') AND visitor <> '' GROUP BY 1""",
    "different_viewers": f"""
        SELECT count(DISTINCT visitor) FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('media_played', 'media_downloaded') AND visitor <> ''""",
}  # fmt: skip
Rows = list[tuple[Any, ...]]


def build_indexes() -> None:
    """Give plain SQL what it could wish for, and let index-only scans work."""
    with connection.cursor() as cursor:
        for columns in INDEXES:
            cursor.execute(f"CREATE INDEX ON {columns}")
        cursor.execute("VACUUM (ANALYZE)")


def ask(asked: Filter, names: tuple[str, ...] = tuple(QUERIES)) -> dict[str, Rows]:
    """Run the queries of `names` for all services; the rows of each."""
    start, end = bounds(asked.first, asked.last)
    edges = [seconds * 1_000_000 for seconds in EDGES]
    told: dict[str, Any] = {"start": start, "end": end, "zone": settings.REPORTING_TIME_ZONE, "edges": edges}
    with connection.cursor() as cursor:
        answers = {}
        for name in names:
            cursor.execute(QUERIES[name], told)
            answers[name] = cursor.fetchall()
    return answers


def sums(answers: dict[str, Rows]) -> tuple[Sums, dict[date, Sums]]:
    """The answers in the dashboard's own form, to be compared with it: the whole, and each day that has any."""
    days: dict[date, Sums] = {}
    whole = Sums()
    for name, rows in answers.items():
        if name == "different_viewers":
            whole.viewers = int(rows[0][0])
            continue
        for day, *values in rows:
            day_facts = days.setdefault(day, Sums())
            if name == "viewers":
                day_facts.viewers = values[0]
                continue
            _add(whole, name, values)
            _add(day_facts, name, [EVERYTHING, *values[1:]] if name == "media" else values)
            day_facts.declines.clear()  # a day has none
    return whole, days


_ACTIVITY: Final = {"service_viewed": "viewed_events", "booking_started": "started_events"}
_COLUMNS: Final = {
    "reached": ("reached_deposit_page", "reached_attempt", "reached_paid", "reached_attended"),
    "payments": ("payments_tried", "payments_captured"),
    "places": ("places_offered", "places_held"),
    "attendance": ("attended", "missed"),
}


def _add(facts: Sums, name: str, values: list[Any]) -> None:
    for column, amount in _counted(name, values):
        facts.counts[column] += int(amount)
    if name in ("paid", "refunded", "disputed", "dispute_fees"):
        column = {"paid": "deposits_amount"}.get(name, f"{name}_amount")
        facts.money[column][values[0]] += int(values[-1])
    elif name == "attempts" and values[0] == "failed":
        facts.declines[values[1]] += values[2]
    elif name in Measure.values:
        edge = EDGES[values[0]] if values[0] < len(EDGES) else ABOVE
        facts.histograms.setdefault(name, Counter())[edge] += values[1]
    elif name == "notifications":
        _sum_up(facts.notifications, values[0], dict(zip(NOTIFIED, [*values[1:], 0], strict=True)))
    elif name == "paid_after":
        _sum_up(facts.notifications, "hold_ending", {"paid_after": values[0]})
    elif name == "media":
        _sum_up(facts.media, values[0], dict(zip(PLAYED, map(int, values[1:]), strict=True)))


def _sum_up(sums: dict[str, dict[str, int]], key: str, found: dict[str, int]) -> None:
    kept = sums.setdefault(key, {})
    for name, amount in found.items():
        kept[name] = kept.get(name, 0) + amount


def _counted(name: str, values: list[Any]) -> Iterator[tuple[str, Any]]:
    if name == "statuses":
        yield values[0], values[1]
        yield "booked", values[1]
    elif name == "looked":
        yield _ACTIVITY[values[0]], values[1]
    elif name == "attempts":
        yield f"attempts_{values[0]}", values[2]
    elif name == "paid":
        yield from zip(("paid", "paid_refunded"), values[1:3], strict=True)
    elif name == "refunded":
        yield "refunds", values[1]
    elif name in _COLUMNS:
        yield from zip(_COLUMNS[name], values, strict=True)
