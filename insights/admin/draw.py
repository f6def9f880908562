"""Drawing a chart of the figures that were answered."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.db.models.functions import Left

from insights.admin import drill, findings
from insights.admin.charts import Chart, Line, Number, iso
from insights.admin.words import named
from insights.kpis.definition import Unit, Value
from insights.kpis.filters import Filter
from insights.kpis.registry import STAGES
from insights.kpis.results import Result
from payments.enums import Reached
from portal.bookings.enums import BookingStatus
from portal.media_library.models import MediaItem


@dataclass(frozen=True, slots=True)
class Answered:
    """The question, its figures, and for whom."""

    asked: Filter
    results: Mapping[str, Result]
    compare: bool
    viewer: drill.Viewer


Draw = Callable[[Answered], Sequence[Chart]]


def _numbers(values: Sequence[tuple[object, Value]]) -> list[Number]:
    return [value if isinstance(value, int | float) else None for _, value in values]


def trend(
    key: str, heading: str, answered: Answered, *, shape: str = "line", listing: drill.Listing | None = None,
    more: tuple[str, ...] = (), compared: bool = False,
) -> list[Chart]:  # fmt: skip
    """Days of one figure; with the days before it where it is `compared`; `more` figures beside it."""
    result, compare = answered.results[key], answered.compare
    lines = [Line(result.kpi.name, result.kpi.unit, _numbers(result.series), shape)]
    if compared and compare:
        lines.append(Line("The period before", result.kpi.unit, _numbers(result.series_before), "before"))
    for other in (answered.results[name] for name in more):
        lines.append(Line(other.kpi.name, other.kpi.unit, _numbers(other.series)))
    link = listing.of_day(answered.viewer, answered.asked) if listing else ""
    found = " ".join(findings.trend(answered.results[name], compare=compare) for name in (key, *more))
    found += _of_all(answered, key)
    return [Chart(key, heading, found, "Day", iso(answered.asked.days), lines, link=link)]


def _of_all(answered: Answered, key: str, says: str = " Always of all services.") -> str:
    """What is added to a finding when a service was chosen, and the figure `key` knows none."""
    return "" if answered.asked.service_id is None or answered.results[key].kpi.per_service else says


def statuses(answered: Answered) -> list[Chart]:
    counts = {status: answered.results[f"bookings_{status.value}"].value for status in BookingStatus}
    parts = {status: value for status, value in counts.items() if isinstance(value, int)}
    links = [drill.BOOKINGS.of_period(answered.viewer, answered.asked, status=status.value) for status in parts]
    found = findings.shares({str(status.label): value for status, value in parts.items()}, "bookings")
    line = Line("Bookings", Unit.COUNT, list(parts.values()), "bar")
    labels = [str(status.label) for status in parts]
    return [
        Chart("status_mix", "What became of them", found, "Status", labels, [line], links, of_days=False, sideways=True)
    ]


def funnel(answered: Answered) -> list[Chart]:
    results = {stage: answered.results[f"funnel_{stage}"] for stage in STAGES}
    steps = [(_step(r.kpi.name), r.value if isinstance(r.value, int) else 0) for r in results.values()]
    conversions: list[Number] = [None]
    for (_, before), (_, after) in pairwise(steps):
        conversions.append(round(after / before, 4) if before else None)
    lines = [
        Line("Reached", Unit.COUNT, [count for _, count in steps], "bar"),
        Line("Of the step before", Unit.RATIO, conversions, "table"),
    ]
    return [
        Chart(
            "funnel", "How far people come", findings.funnel(steps), "Step", [name for name, _ in steps], lines,
            [_came_to(stage, answered) for stage in results], of_days=False, sideways=True,
        )
    ]  # fmt: skip


def _came_to(stage: str, answered: Answered) -> str:
    """The first steps are visits: they have no rows that anybody could look at."""
    return drill.WAYS.of_period(answered.viewer, answered.asked, reached=stage) if stage in Reached.values else ""


def _step(name: str) -> str:
    return named(name.removeprefix("Funnel: "))


def deposits(answered: Answered) -> list[Chart]:
    """A chart for each currency: amounts of two are never drawn, or added, together."""
    names = {
        "deposits_taken": "Taken", "deposits_refunded": "Refunded", "deposits_disputed": "Disputed",
        "dispute_fees": "Dispute fees", "deposits_net": "Net",
    }  # fmt: skip
    results = {key: answered.results[key] for key in names}
    return [
        _deposits_in(currency, names, results, answered)
        for currency in sorted({c for r in results.values() if isinstance(r.value, Mapping) for c in r.value})
    ]


def _deposits_in(
    currency: str, names: Mapping[str, str], results: Mapping[str, Result], answered: Answered
) -> Chart:  # fmt: skip
    of = {"payment__purpose__exact": "deposit", "payment__currency": currency}
    elsewhere = {
        "deposits_refunded": drill.REFUNDS.of_day(answered.viewer, answered.asked, status__exact="succeeded", **of),
        "deposits_disputed": drill.DISPUTES.of_day(answered.viewer, answered.asked, **of),
        "dispute_fees": drill.DISPUTES.of_day(
            answered.viewer, answered.asked, payment__purpose__exact="deposit", settlement_currency=currency
        ),
    }
    lines = [
        Line(
            names[key], Unit.MONEY, [_amount(value, currency) for _, value in result.series], shape, currency,
            elsewhere.get(key),
        )
        for (key, result), shape in zip(results.items(), ("bar", "bar", "bar", "bar", "line"), strict=True)
    ]  # fmt: skip
    taken, refunded, disputed, fees, net = (_amount(result.value, currency) for result in results.values())
    found = findings.money(taken, refunded, disputed, fees, net, currency)
    link = drill.DEPOSITS.of_day(answered.viewer, answered.asked, purpose__exact="deposit", currency=currency)
    heading = f"Deposits in {currency}"
    return Chart(f"deposits_{currency.lower()}", heading, found, "Day", iso(answered.asked.days), lines, link=link)


def _amount(value: Value, currency: str) -> int:
    return value.get(currency, 0) if isinstance(value, Mapping) else 0


def breakdown(
    key: str, heading: str, first: str, what: str, answered: Answered,
    link: Callable[[Answered, str], str] = lambda answered, name: "",
    names: Callable[[Iterable[str]], Mapping[str, str]] = lambda codes: {}, whole: tuple[str, ...] = (),
) -> list[Chart]:  # fmt: skip
    """Counts by code, the largest first. `names` gives what to call some codes; the others are read as words. `whole`
    names the figures that count all, where the largest are not all."""
    value = answered.results[key].value
    parts = value if isinstance(value, Mapping) else {}
    line = Line(named(what), Unit.COUNT, list(parts.values()), "bar")
    links = [link(answered, name) for name in parts]
    called = names(parts)
    labels = [called.get(name) or named(name) for name in parts]
    used = sum(number or 0 for number in _numbers([(name, answered.results[name].value) for name in whole]))
    found = findings.shares(parts, what, called, used if whole else None) + _of_all(answered, key)
    return [Chart(key, heading, found, first, labels, [line], links, of_days=False, sideways=True)]


def titles(slugs: Iterable[str]) -> Mapping[str, str]:
    """What the library's items are called; one that was deleted keeps its slug. Events keep 64 signs of it."""
    kept = MediaItem.objects.annotate(kept=Left("slug", 64)).filter(kept__in=list(slugs))
    return dict(kept.values_list("kept", "title"))


def declined(answered: Answered, reason: str) -> str:
    return drill.ATTEMPTS.of_period(answered.viewer, answered.asked, outcome__exact="failed", reason=reason)


def mails(answered: Answered) -> list[Chart]:
    """E-mails against deposits: does writing to people bring the money?"""
    results = answered.results
    sent, failed = (
        Line(
            results[key].kpi.name, Unit.COUNT, _numbers(results[key].series), "bar",
            link=drill.NOTIFICATIONS.of_day(answered.viewer, answered.asked, status__exact=status),
        )
        for key, status in (("notifications_sent", "sent"), ("notifications_failed", "failed"))
    )  # fmt: skip
    deposits = drill.WAYS.of_day(answered.viewer, answered.asked, reached="paid")
    paid = Line("Deposits paid", Unit.COUNT, _numbers(results["funnel_paid"].series), link=deposits)
    found = findings.reminders(
        results["notifications_sent"], results["notifications_failed"], results["reminder_completion"]
    ) + _of_all(
        answered, "notifications_sent", " E-mails are always of all services, the deposits are of the chosen one."
    )
    link = drill.NOTIFICATIONS.of_day(answered.viewer, answered.asked)
    days = iso(answered.asked.days)
    return [Chart("mails", "E-mails beside deposits paid", found, "Day", days, [sent, failed, paid], link=link)]
