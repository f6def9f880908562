"""Values and changes as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from insights.kpis.definition import Unit, Value
from portal.common.money import formatted

EMPTY: Final = "–"
MORE_IS_BETTER: Final = frozenset(
    {
        "bookings_made", "bookings_confirmed", "bookings_completed", "attempt_success_rate", "payment_success_rate",
        "deposits_taken", "deposits_net", "capacity_used", "reminder_completion", "media_plays", "media_viewers",
        "media_watch_time", "media_completion",
    }
)  # fmt: skip
LESS_IS_BETTER: Final = frozenset(
    {
        "bookings_no_show", "bookings_cancelled", "bookings_expired", "declines", "attempt_failure_rate",
        "deposits_refunded", "deposits_disputed", "dispute_fees", "refunds_made", "refund_rate", "no_show_rate",
        "notifications_failed", "open_discrepancies",
    }
)  # fmt: skip
MANIFOLD: Final = 10  # from there on a percentage says less than how many times


@dataclass(frozen=True, slots=True)
class Change:
    """Against the period before. `verdict` is "better", "worse" or empty: it is said, never shown by colour alone."""

    text: str
    verdict: str = ""

    def __str__(self) -> str:
        return f"{self.text}, {self.verdict}" if self.verdict else self.text


def shown(value: Value, unit: Unit) -> str:
    """12,345; 54.3 %; 5 minutes; £11.25 · €20.00; the first of a breakdown."""
    if value is None:
        return EMPTY
    if isinstance(value, int | float):
        return number(value, unit)
    if unit is Unit.MONEY:
        return " · ".join(formatted(amount, currency) for currency, amount in value.items()) or EMPTY
    return named(next(iter(value), EMPTY))


def number(value: float, unit: Unit) -> str:
    """A single number: 12,345; 54.3 %; 5 minutes."""
    if unit is Unit.RATIO:
        return f"{value * 100:.1f} %"
    return _time(int(value)) if unit is Unit.SECONDS else f"{value:,}"


def _time(seconds: int) -> str:
    """The two largest units, what is left is cut off: 1 hour 30 minutes."""
    units = [(seconds // 3600, "hour"), (seconds // 60 % 60, "minute"), (seconds % 60, "second")]
    first = next((n for n, (count, _) in enumerate(units) if count), len(units))
    said = [f"{count:,} {name}{'' if count == 1 else 's'}" for count, name in units[first : first + 2] if count]
    return " ".join(said) or "0 seconds"


def named(code: str) -> str:
    """A code as words: insufficient_funds is "Insufficient funds"."""
    return (code[:1].upper() + code[1:]).replace("_", " ")


def day_named(day: date) -> str:
    """Tuesday 10 March 2026."""
    return f"{day:%A %-d %B %Y}"


def changes(key: str, unit: Unit, now: Value, before: Value) -> dict[str, Change]:
    """By currency for money, else under ""; empty when the two cannot be compared."""
    if unit is Unit.MONEY and isinstance(now, Mapping) and isinstance(before, Mapping):
        return {currency: change(key, unit, now.get(currency, 0), before.get(currency, 0)) for currency in now}
    if isinstance(now, int | float) and isinstance(before, int | float):
        return {"": change(key, unit, now, before)}
    return {}


def change(key: str, unit: Unit, now: float, before: float) -> Change:
    """Two numbers of the figure `key`, in words."""
    if unit is Unit.RATIO:
        now, before = round(now * 100, 1), round(before * 100, 1)  # as they are shown
    if now == before:
        return Change("the same as before")
    more = "more" if now > before else "less"
    if unit is Unit.RATIO:
        return Change(f"{abs(now - before):.1f} points {more} than before", _verdict(key, now > before))
    if not before:
        return Change("none before", _verdict(key, now > before))
    if before > 0 and now >= MANIFOLD * before:
        return Change(f"{now / before:,.0f} times as much as before", _verdict(key, True))
    return Change(f"{_part(now, before)} {more} than before", _verdict(key, now > before))


def _part(now: float, before: float) -> str:
    percent = abs(now - before) / abs(before) * 100
    return f"{percent:,.0f} %" if percent >= 0.5 else "under 1 %"


def _verdict(key: str, rose: bool) -> str:
    if key in LESS_IS_BETTER or key.endswith(("_median", "_p95")):  # how long somebody waits
        return "worse" if rose else "better"
    if key in MORE_IS_BETTER or key.startswith("conversion_"):
        return "better" if rose else "worse"
    return ""
