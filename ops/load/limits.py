"""What each scenario measures and must keep: the one list of limits. Times in milliseconds unless a unit says else."""

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Measurement:
    """A k6 metric and the statistic of it that counts; without a limit it is only shown.

    `at_most` is inclusive. `is_time` is what `--ease` stretches on a busy machine; errors are never eased.
    """

    metric: str
    statistic: str
    at_most: float | None = None
    is_time: bool = True
    unit: str = "ms"

    def eased(self, factor: float) -> "Measurement":
        """The same with `factor` times the time."""
        return replace(self, at_most=self.at_most * factor) if self.is_time and self.at_most is not None else self

    @property
    def threshold(self) -> str:
        """The limit as k6 writes it."""
        return f"{self.statistic}<={self.at_most:g}"

    @property
    def name(self) -> str:
        return f"{self.metric} {self.statistic}"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A k6 script under scenarios/, and its measurements."""

    name: str
    about: str
    measurements: tuple[Measurement, ...]


def p95(metric: str, at_most: float | None = None) -> Measurement:
    """The 95th percentile of a time."""
    return Measurement(metric, "p(95)", at_most)


def none(metric: str) -> Measurement:
    """A rate of failures that has to be nought."""
    return Measurement(metric, "rate", 0, is_time=False, unit="of all")


BOOKING: Final = (
    none("booking_failed"),
    p95("deposit_page", 300),
    p95("payment_confirmed", 2000),
    p95("book_page", 500),
    p95("book_submit", 500),
    p95("bookings_page", 500),
)
ALL: Final = (
    Scenario("booking", "caregivers book sessions and pay deposits, until the ledger says paid", BOOKING),
    Scenario(
        "media",
        "caregivers look through the library and watch films in byte ranges",
        (
            none("media_failed"),
            p95("library_page", 500),
            p95("item_page", 500),
            p95("playback_cdn", 500),
            p95("playback_portal", 2000),
            Measurement("cdn_hits", "rate", is_time=False, unit="of all"),
        ),
    ),
    Scenario(
        "webhooks",
        "a burst of Stripe's signed events, until the ledger has every one",
        (
            none("webhook_failed"),
            p95("webhook_ack", 500),
            Measurement("ledger_done_seconds", "value", 120, unit="s"),
            Measurement("events_lost", "value", 0, is_time=False, unit=""),
            Measurement("ledger_events_per_second", "value", is_time=False, unit="/s"),
            Measurement("mirror_backlog", "value", is_time=False, unit="events"),
        ),
    ),
    Scenario(
        "dashboard",
        "managers read the dashboard while caregivers book and pay",
        (none("dashboard_failed"), p95("dashboard_page", 500), p95("dashboard_data", 500), none("booking_failed")),
    ),
    Scenario(
        "browser",
        "a caregiver books and pays in Chromium",
        (
            none("browser_failed"),
            p95("browser_payment_confirmed", 4000),
            p95("browser_web_vital_lcp", 2500),
        ),
    ),
)
SCENARIOS: Final = {scenario.name: scenario for scenario in ALL}
CDN_SHARE: Final = 0.3  # of the time that playback takes without it, in the same run
WAYS: Final = {"cdn": "playback_cdn", "portal": "playback_portal"}


def measurements_of(name: str, *, ways: tuple[str, ...], ease: float = 1) -> tuple[Measurement, ...]:
    """What a scenario has to show when media are played through `ways` ("cdn", "portal")."""
    unused = {metric for way, metric in WAYS.items() if way not in ways}
    unused |= set() if "cdn" in ways else {"cdn_hits"}
    return tuple(one.eased(ease) for one in SCENARIOS[name].measurements if one.metric not in unused)
