"""The same aggregates from the same roll-ups by SQL as somebody would write it for just this purpose."""

from typing import Any, Final

from django.db import connection

from insights.kpis.aggregates import COUNTS, MONEY
from insights.kpis.filters import Filter

_RANGE: Final = "day BETWEEN %(first)s AND %(last)s"
_PLAYED: Final = "sum(plays), sum(completed), sum(downloads), sum(watched_seconds)"
QUERIES: Final = (
    f"SELECT day, currency, {', '.join(f'sum({name})' for name in (*COUNTS, *MONEY))} FROM insights_dailyfigures "
    f"WHERE {_RANGE} GROUP BY day, currency",
    f"SELECT reason, sum(declines) FROM insights_dailydecline WHERE {_RANGE} GROUP BY reason",
    f"SELECT day, measure, edge, sum(count) FROM insights_dailyhistogram WHERE {_RANGE} GROUP BY day, measure, edge",
    f"SELECT day, template, queued, sent, failed, paid_after FROM insights_dailynotifications WHERE {_RANGE}",
    f"SELECT day, {_PLAYED} FROM insights_dailymedia WHERE {_RANGE} GROUP BY day",
    f"SELECT item, {_PLAYED} FROM insights_dailymedia WHERE {_RANGE} GROUP BY item",
    "SELECT day, count(*), count(*) FILTER (WHERE seen_before IS NULL OR seen_before < %(first)s) "
    f"FROM insights_dailyviewer WHERE {_RANGE} GROUP BY day",
)


def ask(period: Filter) -> list[list[tuple[Any, ...]]]:
    """The rows of each query, for all services."""
    with connection.cursor() as cursor:
        answers = []
        for query in QUERIES:
            cursor.execute(query, {"first": period.first, "last": period.last})
            answers.append(cursor.fetchall())
    return answers
