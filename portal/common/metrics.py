"""The one registry of Prometheus metrics. Each app declares its own in its `metrics.py` through these functions.

Labels are exemplary in cardinality: statuses, kinds and slugs, never ids.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from django.db import transaction
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import REGISTRY, Collector

GaugeRows = Iterable[tuple[Sequence[str], float]]


@dataclass(frozen=True, slots=True)
class Declared:
    """What docs/operations/metrics.md says of a metric; `kind` is Prometheus' word."""

    kind: str
    purpose: str
    labels: tuple[str, ...]


DECLARED: Final[dict[str, Declared]] = {}


def counter(name: str, purpose: str, labels: Sequence[str] = (), known: Iterable[Sequence[str]] = ()) -> Counter:
    """Declare a counter, `name` with its `_total`; labels in `known` count from zero, so a rate sees the first."""
    DECLARED[name] = Declared("counter", purpose, tuple(labels))
    declared = Counter(name, purpose, labels)
    for values in known:
        declared.labels(*values)
    return declared


def histogram(name: str, purpose: str, buckets: Sequence[float], labels: Sequence[str] = ()) -> Histogram:
    """Declare a histogram of seconds."""
    DECLARED[name] = Declared("histogram", purpose, tuple(labels))
    return Histogram(name, purpose, labels, buckets=buckets)


def increment(metric: Counter, **labels: str) -> None:
    """Count once the transaction has committed (at once outside of one): what is rolled back, or done again after a
    rollback, did not happen twice."""
    transaction.on_commit(metric.labels(**labels).inc, robust=True)


def observe(metric: Histogram, seconds: float) -> None:
    """Observe once the transaction has committed."""
    transaction.on_commit(partial(metric.observe, seconds), robust=True)


class DatabaseGauge(Collector):
    """A gauge whose value is read from the database at each scrape: right whichever process answers."""

    def __init__(self, name: str, purpose: str, labels: Sequence[str], read: Callable[[], GaugeRows]) -> None:
        self.name, self.purpose, self.labels, self.read = name, purpose, labels, read

    def collect(self) -> Iterable[GaugeMetricFamily]:
        family = GaugeMetricFamily(self.name, self.purpose, labels=list(self.labels))
        for labels, value in self.read():
            family.add_metric(list(labels), value)
        return [family]

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return [GaugeMetricFamily(self.name, self.purpose, labels=list(self.labels))]


DATABASE_GAUGES: Final[list[DatabaseGauge]] = []


def database_gauge(name: str, purpose: str, read: Callable[[], GaugeRows], labels: Sequence[str] = ()) -> None:
    """Declare a gauge read by `read`, which yields (label values, value)."""
    DECLARED[name] = Declared("gauge", purpose, tuple(labels))
    gauge = DatabaseGauge(name, purpose, labels, read)
    DATABASE_GAUGES.append(gauge)
    REGISTRY.register(gauge)


TASKS_NOT_QUEUED: Final = counter("portal_tasks_not_queued_total", "Tasks that the broker did not take.")
TASKS_NOT_QUEUED_OLD_NAME: Final = counter(
    "portal_doorbell_lost_total", "The old name of portal_tasks_not_queued_total, for one release."
)
CSP_REPORTS: Final = counter(
    "portal_csp_reports_total", "Content-Security-Policy violations reported.", ["directive"], [["other"]]
)
