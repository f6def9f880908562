"""The dashboard's aggregates by plain SQL over the base tables, each query with the best index it could have.

The one place that says what they must be: the benchmarks time it, and they and the tests compare the roll-ups with it.
Each column is named as in Sums: a row's amounts are of its `currency`, `template`, `item` or `edge` where it has one.
"""

from collections import Counter, defaultdict
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import connection

from insights.kpis.aggregates import EVERYTHING, MONEY, NOTIFIED, PLAYED, Sums
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


def _histogram(measure: Measure, table: str, moment: str, start: str, end: str) -> str:
    took = f"(extract(epoch FROM {end} - {start}) * 1000000)::bigint - 1"
    return (
        f"SELECT {_day(moment)} AS day, width_bucket({took}, %(edges)s::bigint[]) AS edge, count(*) AS {measure.value} "
        f"FROM {table} "
        f"WHERE {_on(moment)} AND {end} IS NOT NULL GROUP BY 1, 2"
    )


QUERIES: Final[dict[str, str]] = {
    "statuses": f"""
        SELECT {_day("created_at")} AS day, status, count(*) AS booked
        FROM bookings_booking WHERE {_on("created_at")} GROUP BY 1, 2""",
    "reached": f"""
        SELECT day, count(*) FILTER (WHERE opened) AS reached_deposit_page,
            count(*) FILTER (WHERE tried) AS reached_attempt, count(*) FILTER (WHERE paid) AS reached_paid,
            count(*) FILTER (WHERE paid AND status = 'completed') AS reached_attended
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
        SELECT {_day("occurred_at")} AS day, count(*) FILTER (WHERE activity = 'service_viewed') AS viewed_events,
            count(*) FILTER (WHERE activity = 'booking_started') AS started_events
        FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('service_viewed', 'booking_started') GROUP BY 1""",
    "attempts": f"""
        SELECT {_day("occurred_at")} AS day, coalesce(nullif(decline_code, ''), nullif(code, ''), 'unknown') AS reason,
            count(*) FILTER (WHERE outcome = 'succeeded') AS attempts_succeeded,
            count(*) FILTER (WHERE outcome = 'failed') AS attempts_failed
        FROM payments_paymentattempt WHERE {_on("occurred_at")} GROUP BY 1, 2""",
    "payments": f"""
        SELECT {_day("created_at")} AS day,
            count(*) FILTER (WHERE first_attempt_at IS NOT NULL OR status IN {_CAPTURED}) AS payments_tried,
            count(*) FILTER (WHERE status IN {_CAPTURED}) AS payments_captured
        FROM payments_payment WHERE {_on("created_at")} GROUP BY 1""",
    "paid": f"""
        SELECT {_day("succeeded_at")} AS day, currency, count(*) AS paid,
            count(*) FILTER (WHERE refunded_amount > 0) AS paid_refunded, sum(captured_amount) AS deposits_amount
        FROM payments_payment WHERE {_on("succeeded_at")} AND purpose = 'deposit' GROUP BY 1, 2""",
    "refunded": f"""
        SELECT {_day("settled_at")} AS day, currency, count(*) AS refunds, sum(refund.amount) AS refunded_amount
        FROM payments_refund refund JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("settled_at")} AND refund.status = 'succeeded' AND purpose = 'deposit' GROUP BY 1, 2""",
    "disputed": f"""
        SELECT {_day("opened_at")} AS day, currency, sum(withdrawn_amount) AS disputed_amount
        FROM payments_dispute JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("opened_at")} AND purpose = 'deposit' GROUP BY 1, 2""",
    "dispute_fees": f"""
        SELECT {_day("opened_at")} AS day, payments_dispute.settlement_currency AS currency,
            sum(payments_dispute.fee_amount) AS dispute_fees_amount
        FROM payments_dispute JOIN payments_payment payment ON payment.id = payment_id
        WHERE {_on("opened_at")} AND purpose = 'deposit' AND payments_dispute.fee_amount <> 0 GROUP BY 1, 2""",
    "places": f"""
        SELECT {_day("starts_at")} AS day, sum(capacity) AS places_offered, sum(held) AS places_held
        FROM bookings_session
        WHERE {_on("starts_at")} AND status <> 'cancelled' GROUP BY 1""",
    "attendance": f"""
        SELECT {_day("starts_at")} AS day, count(*) FILTER (WHERE booking.status = 'completed') AS attended,
            count(*) FILTER (WHERE booking.status = 'no_show') AS missed
        FROM bookings_session session JOIN bookings_booking booking ON session_id = session.id
        WHERE {_on("starts_at")} GROUP BY 1""",
    Measure.CONFIRMATION.value: _histogram(
        Measure.CONFIRMATION, "bookings_booking", "created_at", "created_at", "confirmed_at"
    ),
    Measure.NOTIFICATION_DELAY.value: _histogram(
        Measure.NOTIFICATION_DELAY, "notifications_notification", "created_at", "created_at", "sent_at"
    ),
    Measure.WEBHOOK_LAG.value: _histogram(
        Measure.WEBHOOK_LAG, "payments_receivedevent", "received_at", "created_at", "applied_at"
    ),
    "notifications": f"""
        SELECT {_day("created_at")} AS day, template, count(*) AS queued,
            count(*) FILTER (WHERE status = 'sent') AS sent, count(*) FILTER (WHERE status = 'failed') AS failed
        FROM notifications_notification WHERE {_on("created_at")} GROUP BY 1, 2""",
    "paid_after": f"""
        SELECT {_day("created_at")} AS day, 'hold_ending' AS template, count(DISTINCT about) AS paid_after
        FROM notifications_notification mail
        WHERE {_on("created_at")} AND template = 'hold_ending' AND status = 'sent' AND EXISTS (
            SELECT FROM payments_payment payment
            WHERE booking_id = substr(about, 9)::bigint AND purpose = 'deposit' AND succeeded_at > sent_at
        ) GROUP BY 1""",
    "media": f"""
        SELECT {_day("occurred_at")} AS day, object_id AS item,
            count(*) FILTER (WHERE activity = 'media_played') AS plays,
            count(*) FILTER (WHERE activity = 'media_completed') AS completed,
            count(*) FILTER (WHERE activity = 'media_downloaded') AS downloads, sum(seconds) AS watched_seconds
        FROM activity_activityevent WHERE {_on("occurred_at")} AND activity IN (
            'media_played', 'media_first_quartile', 'media_midpoint', 'media_third_quartile', 'media_completed',
            'media_stopped', 'media_downloaded'
        ) GROUP BY 1, 2""",
    "viewers": f"""
        SELECT {_day("occurred_at")} AS day, count(DISTINCT visitor) AS viewers FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('media_played', 'media_downloaded') AND visitor <> '' GROUP BY 1""",
    "different_viewers": f"""
        SELECT count(DISTINCT visitor) AS viewers FROM activity_activityevent
        WHERE {_on("occurred_at")} AND activity IN ('media_played', 'media_downloaded') AND visitor <> ''""",
}
Table = tuple[list[str], list[tuple[Any, ...]]]  # names of the columns, rows


def build_indexes() -> None:
    """Give plain SQL what it could wish for, and let index-only scans work."""
    with connection.cursor() as cursor:
        for columns in INDEXES:
            cursor.execute(f"CREATE INDEX ON {columns}")
        cursor.execute("VACUUM (ANALYZE)")


def ask(period: Filter, names: tuple[str, ...] = tuple(QUERIES)) -> list[Table]:
    """Run the queries of `names` for all services."""
    start, end = bounds(period.first, period.last)
    edges = [seconds * 1_000_000 for seconds in EDGES]
    values: dict[str, Any] = {"start": start, "end": end, "zone": settings.REPORTING_TIME_ZONE, "edges": edges}
    with connection.cursor() as cursor:
        answers = []
        for name in names:
            cursor.execute(QUERIES[name], values)
            answers.append(([column.name for column in cursor.description or ()], cursor.fetchall()))
    return answers


def expected(period: Filter) -> tuple[Sums, dict[date, Sums]]:
    """What the dashboard must be worked out from: the whole, and each day that has any."""
    whole, days = Sums(), defaultdict[date, Sums](Sums)
    for columns, rows in ask(period):
        for values in rows:
            row = dict(zip(columns, values, strict=True))
            day = row.pop("day", None)
            if "viewers" in row:  # people who came on two days are one of the whole
                (days[day] if day else whole).viewers = row["viewers"]
                continue
            _add(whole, dict(row))
            _add(days[day], {**row, "item": EVERYTHING} if "item" in row else row)
            days[day].declines.clear()  # a day has none
    return whole, dict(days)


def _add(sums: Sums, row: dict[str, Any]) -> None:
    if reason := row.pop("reason", ""):
        sums.declines += Counter({reason: row["attempts_failed"]})
    if "status" in row:
        sums.counts[row.pop("status")] += row["booked"]
    if (template := row.pop("template", None)) is not None:
        _add_up(sums.notifications.setdefault(template, dict.fromkeys(NOTIFIED, 0)), row)
    elif (item := row.pop("item", None)) is not None:
        _add_up(sums.media.setdefault(item, dict.fromkeys(PLAYED, 0)), row)
    elif (bucket := row.pop("edge", None)) is not None:
        ((measure, count),) = row.items()
        sums.histograms[measure][EDGES[bucket] if bucket < len(EDGES) else ABOVE] += count
    else:
        currency = row.pop("currency", "")
        for name, amount in row.items():
            if name in MONEY:
                sums.money[name][currency] += int(amount)
            else:
                sums.counts[name] += int(amount)


def _add_up(sums: dict[str, int], row: dict[str, Any]) -> None:
    for name, amount in row.items():
        sums[name] += int(amount)
