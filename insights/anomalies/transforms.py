"""Transforms after which a KPI's random noise is known, so that days of different volume can be compared.

Shares and counts are stretched as Anscombe did ("The transformation of Poisson, binomial and negative-binomial data",
Biometrika 35, 1948): there the noise hangs on the volume alone. Durations are compared by their ratio.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import asin, exp, log, pi, sin, sqrt
from typing import Final

from insights.kpis.definition import Sample


@dataclass(frozen=True, slots=True)
class Transform:
    """`stretched` and back (`plain`); `noise` is the standard deviation that chance alone gives a stretched sample."""

    stretched: Callable[[Sample], float]
    plain: Callable[[float], float]
    noise: Callable[[Sample], float]


def _stretched_share(sample: Sample) -> float:
    return 2 * asin(sqrt((sample.value * sample.volume + 0.375) / (sample.volume + 0.75)))


def _stretched_count(sample: Sample) -> float:
    return 2 * sqrt(sample.value + 0.375)


SHARE: Final = Transform(  # 0 to 1, of `volume`
    stretched=_stretched_share,
    plain=lambda y: sin(min(max(y, 0.0), pi) / 2) ** 2,
    noise=lambda sample: 1 / sqrt(sample.volume + 0.5),
)
COUNT: Final = Transform(  # how often something happened
    stretched=_stretched_count,
    plain=lambda y: max((max(y, 0.0) / 2) ** 2 - 0.375, 0.0),
    noise=lambda sample: 1.0,
)
SECONDS: Final = Transform(  # a histogram's bucket edge: the next edge is about twice as far
    stretched=lambda sample: log(max(sample.value, 1.0)),
    plain=exp,
    noise=lambda sample: log(2),
)
