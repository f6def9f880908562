"""Values, changes, days and durations as people read them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Final

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from insights.kpis.definition import Direction, Kpi, Unit, Value
from portal.common.money import formatted

EMPTY: Final = "–"
MANIFOLD: Final = 10  # from there on a percentage says less than how many times


@dataclass(frozen=True, slots=True)
class Change:
    """Against the previous period. `verdict` is "better", "worse" or empty; it is written, never left to colour.

    `comparable` is False where the previous period has nothing to compare with.
    """

    text: str
    verdict: str = ""
    comparable: bool = True

    def __str__(self) -> str:
        return f"{self.text}, {self.verdict_label}" if self.verdict else self.text

    @property
    def verdict_label(self) -> str:
        """The verdict in the reader's language."""
        return {"better": _("better"), "worse": _("worse")}.get(self.verdict, "")


def shown(value: Value, unit: Unit) -> str:
    """12,345; 54.3%; 5 minutes; £11.25 · €20.00; the first of a breakdown."""
    if value is None:
        return EMPTY
    if isinstance(value, int | float):
        return number(value, unit)
    if unit is Unit.MONEY:
        return " · ".join(formatted(amount, currency) for currency, amount in value.items()) or EMPTY
    return label_of(next(iter(value), EMPTY))


def number(value: float, unit: Unit) -> str:
    """A single number: 12,345; 54.3%; 5 minutes."""
    if unit is Unit.RATIO:
        return f"{value * 100:.1f}%"
    return duration(value) if unit is Unit.SECONDS else f"{value:,}"


def rounded(value: float, unit: Unit) -> str:
    """For a sentence: 1,234; 31%, below ten 4.2%; 5 minutes."""
    if unit is Unit.RATIO:
        return f"{round(value * 100, 1 if value < 0.1 else 0):g}%"
    return duration(round(value)) if unit is Unit.SECONDS else f"{value:,.0f}"


def duration(seconds: float) -> str:
    """The two largest units, the rest cut off: 1 hour 30 minutes."""
    return _duration(int(seconds), get_language())


def durations(values: Iterable[float | None]) -> list[str | None]:
    """`duration` of each, quickly."""
    language = get_language()
    return [None if seconds is None else _duration(int(seconds), language) for seconds in values]


@lru_cache(maxsize=4096)  # ngettext is slow, and a chart of a year has hundreds of durations
def _duration(seconds: int, language: str | None) -> str:
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    texts = []
    if hours:
        texts.append(ngettext("{count} hour", "{count} hours", hours).format(count=f"{hours:,}"))
    if minutes:
        texts.append(ngettext("{count} minute", "{count} minutes", minutes).format(count=minutes))
    if not hours and (rest or not minutes):
        texts.append(ngettext("{count} second", "{count} seconds", rest).format(count=rest))
    return " ".join(texts)


def between(low: str, high: str) -> str:
    """Between 4% and 9%, inside a sentence; or the one value that both are."""
    return low if low == high else _("between {low} and {high}").format(low=low, high=high)


def label_of(code: str) -> str:
    """A code as words: insufficient_funds is "Insufficient funds"."""
    return (code[:1].upper() + code[1:]).replace("_", " ")


def long_date(day: date) -> str:
    """Tuesday 10 March 2026."""
    return f"{day:%A %-d %B %Y}"


def changes(kpi: Kpi, now: Value, before: Value) -> dict[str, Change]:
    """By currency for money, else under ""; empty when the two cannot be compared."""
    if kpi.unit is Unit.MONEY and isinstance(now, Mapping) and isinstance(before, Mapping):
        return {currency: change(kpi, now.get(currency, 0), before.get(currency, 0)) for currency in now}
    if isinstance(now, int | float) and isinstance(before, int | float):
        return {"": change(kpi, now, before)}
    return {}


def change(kpi: Kpi, now: float, before: float) -> Change:
    """From `before` to `now`, in words."""
    if kpi.unit is Unit.RATIO:
        now, before = round(now * 100, 1), round(before * 100, 1)  # as they are shown
    if now == before:
        return Change(_("No change"))
    if kpi.unit is Unit.RATIO:
        amount = _("{points} points").format(points=f"{abs(now - before):.1f}")
    elif not before:
        return Change(_("No earlier data"), comparable=False)
    elif before > 0 and now >= MANIFOLD * before:
        times = f"{now / before:,.0f}"
        return Change(_("{times} times as much").format(times=times), _verdict(kpi, rose=True))
    else:
        amount = _percent_change(now, before)
    text = _("Up {amount}") if now > before else _("Down {amount}")
    return Change(text.format(amount=amount), _verdict(kpi, rose=now > before))


def _percent_change(now: float, before: float) -> str:
    percent = abs(now - before) / abs(before) * 100
    return f"{percent:,.0f}%" if percent >= 0.5 else _("less than 1%")


def _verdict(kpi: Kpi, *, rose: bool) -> str:
    if kpi.direction is Direction.NEUTRAL:
        return ""
    return "better" if rose == (kpi.direction is Direction.HIGHER_IS_BETTER) else "worse"
