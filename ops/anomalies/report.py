"""The measured figures as the tables of docs/analytics/anomalies.md."""

from collections.abc import Sequence
from statistics import median

from insights.anomalies.figures import NAMES
from ops.anomalies.measure import Found, Measured


def tables(measured: Sequence[Measured]) -> str:
    """False alarms a year, then what was planted and found; a column for each size of portal."""
    sizes = " | ".join(f"{each.a_day} bookings a day" for each in measured)
    rule = "|---" * len(measured)
    alarms = [
        f"| {name} | {' | '.join(f'{each.alarms[kpi] / each.years:.1f}' for each in measured)} |"
        for kpi, name in NAMES.items()
    ]
    found = [
        f"| {NAMES[row[0].kpi]} | {'**' if row[0].big else ''}{row[0].what}{'**' if row[0].big else ''} "
        f"| {' | '.join(map(_cell, row))} |"
        for row in zip(*(each.found for each in measured), strict=True)
    ]
    return "\n".join(
        [
            f"| false alarms a year | {sizes} |", f"|---{rule}|", *alarms, "",
            f"| figure | what goes wrong, for one day | {sizes} |", f"|---|---{rule}|", *found,
        ]
    )  # fmt: skip


def _cell(found: Found) -> str:
    if not found.delays_h:
        return f"{found.recall:.0%}"
    return f"{found.recall:.0%}, after {median(found.delays_h):.0f} h, at most {max(found.delays_h)} h"


def too_bad(measured: Sequence[Measured]) -> list[str]:
    """What breaks the promise: at most one false alarm a figure and quarter, every big anomaly found within a day."""
    alarms = [
        f"{kpi}: {each.alarms[kpi]} false alarms in {each.years} years of {each.a_day} bookings a day"
        for each in measured
        for kpi in NAMES
        if each.alarms[kpi] > 4 * each.years
    ]
    missed = [
        f"{row.kpi}: {row.what}: {row.recall:.1%} found with {each.a_day} bookings a day"
        for each in measured
        for row in each.found
        if row.big and row.recall < 1
    ]
    return alarms + missed
