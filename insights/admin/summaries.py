"""What a chart shows, in sentences that can be read instead of it."""

from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insights.formatting import changes, long_date, number, shown
from insights.kpis.definition import Unit
from insights.kpis.results import Result
from portal.common.money import formatted

NOTHING = gettext_lazy("There’s nothing to show for this period.")


def trend(result: Result, *, compare: bool) -> str:
    """A KPI by day: its value, the change, and its highest day."""
    kpi = result.kpi
    days = [(day, value) for day, value in result.series if isinstance(value, int | float)]
    any_value = any(value or kpi.unit is Unit.RATIO for _day, value in days)  # a ratio of zero is a value
    change = changes(kpi, result.value, result.previous).get("") if compare else None
    if not any_value and not (change and result.previous):
        return str(NOTHING)
    sentences = [_("{name}: {value}.").format(name=kpi.name, value=shown(result.value, kpi.unit))]
    if change:
        sentences.append(f"{change}.")
    if any_value:
        sentences.append(_highest(days, kpi.unit))
    return " ".join(sentences)


def _highest(days: Sequence[tuple[date, float]], unit: Unit) -> str:
    day, most = max(days, key=lambda pair: pair[1])
    return _("Highest on {day}: {value}.").format(day=long_date(day), value=number(most, unit))


def deposits(taken: int, refunded: int, disputed: int, fees: int, net: int, currency: str) -> str:
    """Deposits of one currency, in minor units."""
    if not (taken or refunded or disputed or fees):
        return str(NOTHING)
    if disputed and fees:
        text = _("{taken} taken, {refunded} refunded, {disputed} disputed, {fees} in dispute fees: {net} net.")
    elif fees:
        text = _("{taken} taken, {refunded} refunded, {fees} in dispute fees: {net} net.")
    elif disputed:
        text = _("{taken} taken, {refunded} refunded, {disputed} disputed: {net} net.")
    else:
        text = _("{taken} taken, {refunded} refunded: {net} net.")
    amounts = {"taken": taken, "refunded": refunded, "disputed": disputed, "fees": fees, "net": net}
    return text.format(**{name: formatted(amount, currency) for name, amount in amounts.items()})


def largest(counts: Sequence[tuple[str, int]], what: str, total: float | None = None) -> str:
    """The largest count of a breakdown of `what`; `total` is given where `counts` are not all."""
    total = sum(count for _name, count in counts) if total is None else total
    if not total:
        return str(NOTHING)
    name, most = max(counts, key=lambda pair: pair[1])
    text = _("Most common: “{name}”, {count} of {total} {what} ({percent}%).")
    return text.format(name=name, count=f"{most:,}", total=f"{total:,}", what=what, percent=f"{most / total * 100:.0f}")


def funnel(stages: Sequence[tuple[str, int]]) -> str:
    """From the first stage to the last, and where most drop out."""
    (first, begun), (last, ended) = stages[0], stages[-1]
    if not begun:
        return str(NOTHING)
    drops = [(a - b, before, after) for (before, a), (after, b) in pairwise(stages)]
    most, before, after = max(drops)
    percent = f"{ended / begun * 100:.1f}"
    text = _("Of {begun} at “{first}”, {ended} reached “{last}” ({percent}%).")
    summary = text.format(begun=f"{begun:,}", first=first, ended=f"{ended:,}", last=last, percent=percent)
    if most <= 0:
        return summary
    drop = _("The biggest drop-off is between “{before}” and “{after}”: {count}.")
    return f"{summary} {drop.format(before=before, after=after, count=f'{most:,}')}"


def reminders(sent: Result, failed: Result, completion: Result) -> str:
    """Emails, and whether deposits followed the reminders."""
    if not sent.value and not failed.value:
        return str(NOTHING)
    text = _("Emails sent: {sent}. Failed: {failed}.")
    summary = text.format(sent=shown(sent.value, Unit.COUNT), failed=shown(failed.value, Unit.COUNT))
    if completion.value is None:
        return summary
    paid = _("After a reminder, {percent} of deposits were paid.")
    return f"{summary} {paid.format(percent=shown(completion.value, Unit.RATIO))}"
