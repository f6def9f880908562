"""Charts: a heading, a summary in words, and numbers that page, table and spreadsheet share; and how each is built."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from django.db.models.functions import Left
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from insights.admin import drilldown, summaries
from insights.exports import Table
from insights.formatting import durations, label_of
from insights.kpis.definition import Text, Unit, Value
from insights.kpis.filters import Filter
from insights.kpis.funnel import STAGES
from insights.kpis.results import Result
from payments.enums import FunnelStage
from portal.bookings.enums import BookingStatus
from portal.common.money import exponent, major
from portal.media_library.models import MediaItem

Number = int | float | None


@dataclass(frozen=True, slots=True)
class ChartSeries:
    """A row of numbers under one name. `currency` goes with money, which is in minor units; `shape` is how it is drawn:
    "line", "bar", "table" (not drawn), or "before" for the previous period; `link` is the template for a day where it
    leads elsewhere than its chart, empty for those who may not go there."""

    name: str
    unit: Unit
    values: Sequence[Number]
    shape: str = "line"
    currency: str = ""
    link: str | None = None

    def plain(self, value: Number) -> Any:
        """For a spreadsheet: money in major units (Decimal), everything else unchanged."""
        return value if value is None or not self.currency else major(int(value), self.currency)

    @property
    def data(self) -> dict[str, Any]:
        """For the browser: money in major units, durations also as text."""
        digits = exponent(self.currency) if self.currency else 0
        more: dict[str, Any] = {"currency": self.currency, "digits": digits} if self.currency else {}
        if self.unit is Unit.SECONDS:
            more["texts"] = durations(self.values)
        values = [None if value is None else value / 10**digits for value in self.values]
        return {"name": self.name, "unit": self.unit, "shape": self.shape, "values": values, "link": self.link, **more}


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` are days (ISO 8601) when `of_days`, else names. `links` lead to the rows behind each name,
    `link` is the template for a day (see `drilldown`)."""

    key: str
    heading: str
    summary: str
    first: str
    labels: Sequence[str]
    lines: Sequence[ChartSeries]
    links: Sequence[str] = ()
    link: str = ""
    of_days: bool = True
    sideways: bool = False

    @property
    def empty(self) -> bool:
        """Only gaps and zeros; a ratio of zero is a value."""
        return not any(
            value or (value == 0 and line.unit is Unit.RATIO) for line in self.lines for value in line.values
        )

    @property
    def data(self) -> Mapping[str, Any]:
        """For the browser, which draws it and writes its table."""
        return {
            "heading": self.heading,
            "first": self.first,
            "days": self.of_days,
            "sideways": self.sideways,
            "labels": self.labels,
            "links": self.links,
            "link": self.link,
            "lines": [line.data for line in self.lines],
        }

    @property
    def table(self) -> Table:
        """Its numbers as a sheet, money in major units, with the currency in the head."""
        head = [self.first, *(f"{line.name} ({line.currency})" if line.currency else line.name for line in self.lines)]
        columns = [[line.plain(value) for value in line.values] for line in self.lines]
        return Table(self.heading, head, [list(row) for row in zip(self.labels, *columns, strict=True)])


@dataclass(frozen=True, slots=True)
class Answer:
    """The results for a filter, whether to compare them with the previous period, and for whom they are shown."""

    filters: Filter
    results: Mapping[str, Result]
    compare: bool
    viewer: drilldown.Viewer


ChartBuilder = Callable[[Answer], Sequence[Chart]]


def _numbers(values: Sequence[tuple[object, Value]]) -> list[Number]:
    return [value if isinstance(value, int | float) else None for _day, value in values]


def _days(filters: Filter) -> list[str]:
    return [day.isoformat() for day in filters.days]


def trend(
    key: str,
    heading: Text,
    answer: Answer,
    *,
    listing: drilldown.Listing | None = None,
    compared: bool = False,
) -> list[Chart]:
    """A KPI by day, beside the previous period where it is `compared`."""
    result = answer.results[key]
    kpi = result.kpi
    lines = [ChartSeries(str(kpi.name), kpi.unit, _numbers(result.series))]
    if compared and answer.compare:
        lines.append(ChartSeries(_("Previous period"), kpi.unit, _numbers(result.series_before), "before"))
    summary = summaries.trend(result, compare=answer.compare) + _all_services(answer, key)
    link = listing.of_day(answer.viewer, answer.filters) if listing else ""
    return [Chart(key, str(heading), summary, _("Day"), _days(answer.filters), lines, link=link)]


def _all_services(answer: Answer, key: str, note: str = "") -> str:
    """What is added to a summary when a service was chosen that the KPI `key` cannot be narrowed to."""
    return (
        ""
        if answer.filters.service_id is None or answer.results[key].kpi.per_service
        else f" {note or _('Includes all services.')}"
    )


def statuses(answer: Answer) -> list[Chart]:
    """Bookings by status."""
    values = {status: answer.results[f"bookings_{status.value}"].value for status in BookingStatus}
    counts = {status: value for status, value in values.items() if isinstance(value, int)}
    links = [drilldown.BOOKINGS.of_period(answer.viewer, answer.filters, status=status.value) for status in counts]
    labels = [str(status.label) for status in counts]
    return [
        Chart(
            "status_mix",
            _("Bookings by status"),
            summaries.largest(list(zip(labels, counts.values(), strict=True)), _("bookings")),
            _("Status"),
            labels,
            [ChartSeries(_("Bookings"), Unit.COUNT, list(counts.values()), "bar")],
            links,
            of_days=False,
            sideways=True,
        )
    ]


def funnel(answer: Answer) -> list[Chart]:
    """How many reached each stage, and the share of the stage before."""
    values = {key: answer.results[f"funnel_{key}"].value for key in STAGES}
    stages = [(str(STAGES[key].name), value if isinstance(value, int) else 0) for key, value in values.items()]
    conversions: list[Number] = [None]
    for (_before, before), (_after, after) in pairwise(stages):
        conversions.append(round(after / before, 4) if before else None)
    return [
        Chart(
            "funnel",
            _("Funnel"),
            summaries.funnel(stages),
            _("Stage"),
            [name for name, _count in stages],
            [
                ChartSeries(_("Reached"), Unit.COUNT, [count for _name, count in stages], "bar"),
                ChartSeries(_("Share of previous stage"), Unit.RATIO, conversions, "table"),
            ],
            [_stage_link(key, answer) for key in STAGES],
            of_days=False,
            sideways=True,
        )
    ]


def _stage_link(stage: str, answer: Answer) -> str:
    """The first stages are visits, which have no rows to look at."""
    if stage not in FunnelStage.values:
        return ""
    return drilldown.DEPOSITS_BY_STAGE.of_period(answer.viewer, answer.filters, reached=stage)


_DEPOSIT_LINES: Final = {
    "deposits_taken": gettext_lazy("Taken"),
    "deposits_refunded": gettext_lazy("Refunded"),
    "deposits_disputed": gettext_lazy("Disputed"),
    "dispute_fees": gettext_lazy("Dispute fees"),
    "deposits_net": gettext_lazy("Net"),
}


def deposits(answer: Answer) -> list[Chart]:
    """A chart for each currency: amounts of two are never drawn, or added, together."""
    values = [answer.results[key].value for key in _DEPOSIT_LINES]
    currencies = {currency for value in values if isinstance(value, Mapping) for currency in value}
    return [_deposits_in(currency, answer) for currency in sorted(currencies)]


def _deposits_in(currency: str, answer: Answer) -> Chart:
    results = {key: answer.results[key] for key in _DEPOSIT_LINES}
    links = _deposit_links(currency, answer)
    lines = [
        ChartSeries(
            str(_DEPOSIT_LINES[key]),
            Unit.MONEY,
            [_amount(value, currency) for _day, value in result.series],
            "line" if key == "deposits_net" else "bar",
            currency,
            links.get(key),
        )
        for key, result in results.items()
    ]
    taken, refunded, disputed, fees, net = (_amount(result.value, currency) for result in results.values())
    summary = summaries.deposits(taken, refunded, disputed, fees, net, currency)
    link = drilldown.DEPOSITS.of_day(answer.viewer, answer.filters, purpose__exact="deposit", currency=currency)
    heading = _("Deposits in {currency}").format(currency=currency)
    key = f"deposits_{currency.lower()}"
    return Chart(key, heading, summary, _("Day"), _days(answer.filters), lines, link=link)


def _deposit_links(currency: str, answer: Answer) -> dict[str, str]:
    """Where the lines lead that are not made of deposits."""
    deposit = {"payment__purpose__exact": "deposit"}
    charged = {**deposit, "payment__currency": currency}
    viewer, filters = answer.viewer, answer.filters
    return {
        "deposits_refunded": drilldown.REFUNDS.of_day(viewer, filters, status__exact="succeeded", **charged),
        "deposits_disputed": drilldown.DISPUTES.of_day(viewer, filters, **charged),
        "dispute_fees": drilldown.DISPUTES.of_day(viewer, filters, **deposit, settlement_currency=currency),
    }


def _amount(value: Value, currency: str) -> int:
    return value.get(currency, 0) if isinstance(value, Mapping) else 0


def breakdown(
    key: str,
    heading: Text,
    first: Text,
    what: Text,
    answer: Answer,
    *,
    link: Callable[[Answer, str], str] = lambda answer, code: "",
    titles: Callable[[Iterable[str]], Mapping[str, str]] = lambda codes: {},
    total: tuple[str, ...] = (),
) -> list[Chart]:
    """Counts by code, the largest first. `what` is the plural of what is counted. `titles` gives the names of some
    codes; the others are read as words. `total` names the KPIs that count all, where the breakdown is not all."""
    value = answer.results[key].value
    counts = value if isinstance(value, Mapping) else {}
    known = titles(counts)
    labels = [known.get(code) or label_of(code) for code in counts]
    whole = sum(number or 0 for number in _numbers([(name, answer.results[name].value) for name in total]))
    pairs = list(zip(labels, counts.values(), strict=True))
    summary = summaries.largest(pairs, str(what), whole if total else None) + _all_services(answer, key)
    lines = [ChartSeries(label_of(str(what)), Unit.COUNT, list(counts.values()), "bar")]
    links = [link(answer, code) for code in counts]
    return [Chart(key, str(heading), summary, str(first), labels, lines, links, of_days=False, sideways=True)]


def media_titles(slugs: Iterable[str]) -> Mapping[str, str]:
    """The titles of the library's items; a deleted one keeps its slug. Events store the first 64 characters of it."""
    items = MediaItem.objects.annotate(stored=Left("slug", 64)).filter(stored__in=list(slugs))
    return dict(items.values_list("stored", "title"))


def declined_attempts(answer: Answer, reason: str) -> str:
    """The address of the declined attempts with `reason`."""
    return drilldown.ATTEMPTS.of_period(answer.viewer, answer.filters, outcome__exact="failed", reason=reason)


def emails(answer: Answer) -> list[Chart]:
    """Emails beside deposits: do reminders bring payments?"""
    viewer, filters = answer.viewer, answer.filters
    sent, failed = (answer.results[key] for key in ("notifications_sent", "notifications_failed"))
    lines = [
        ChartSeries(
            str(result.kpi.name),
            Unit.COUNT,
            _numbers(result.series),
            "bar",
            link=drilldown.NOTIFICATIONS.of_day(viewer, filters, status__exact=status),
        )
        for result, status in ((sent, "sent"), (failed, "failed"))
    ]
    deposits = drilldown.DEPOSITS_BY_STAGE.of_day(viewer, filters, reached="paid")
    paid = _numbers(answer.results["funnel_paid"].series)
    lines.append(ChartSeries(_("Deposits paid"), Unit.COUNT, paid, link=deposits))
    note = _("Emails are for all services, deposits for the chosen one.")
    summary = summaries.reminders(sent, failed, answer.results["reminder_completion"])
    summary += _all_services(answer, "notifications_sent", note)
    link = drilldown.NOTIFICATIONS.of_day(viewer, filters)
    return [Chart("mails", _("Emails and deposits paid"), summary, _("Day"), _days(filters), lines, link=link)]
