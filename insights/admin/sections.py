"""What the page has, in which order: charts, and behind them every figure of the registry's groups."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from insights.admin import draw, drill
from insights.kpis.registry import GROUPS


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: the registry's groups it covers, and its charts."""

    name: str
    groups: tuple[str, ...]
    charts: tuple[draw.Draw, ...] = ()


SECTIONS: Final = (
    Section(
        "Bookings",
        ("Bookings", "Time to confirm"),
        (
            partial(draw.trend, "bookings_made", "Bookings made each day", listing=drill.BOOKINGS, compared=True),
            draw.statuses,
        ),
    ),
    Section("From looking to attending", ("From looking to attending",), (draw.funnel,)),
    Section(
        "Payments",
        ("Payments",),
        (
            draw.deposits,
            partial(
                draw.trend, "payment_success_rate", "Payments that succeed", listing=drill.PAYMENTS, compared=True
            ),
            partial(
                draw.breakdown, "declines_by_reason", "Why cards are declined", "Reason", "declines", link=draw.declined
            ),
        ),
    ),
    Section(
        "Sessions",
        ("Sessions",),
        (
            partial(draw.trend, "capacity_used", "Places used", listing=drill.SESSIONS),
            partial(draw.trend, "no_show_rate", "Places that nobody came to", listing=drill.ATTENDANCE),
        ),
    ),
    Section(
        "Library",
        ("Media",),
        (
            partial(draw.trend, "media_plays", "Plays each day", compared=True),
            partial(draw.trend, "media_watch_time", "Time watched each day"),
            partial(
                draw.breakdown, "media_top", "Most used", "Item", "plays and downloads", names=draw.titles,
                whole=("media_plays", "media_downloads"),
            ),
        ),
    ),
    Section("E-mails", ("Notifications",), (draw.mails,)),
    Section(
        "Behind the scenes",
        ("Stripe and reconciliation",),
        (partial(draw.trend, "webhook_lag_p95", "How late Stripe's news is", listing=drill.EVENTS),),
    ),
)  # fmt: skip


def all_sections() -> tuple[Section, ...]:
    """The page's, and at its end whatever group of the registry none of them covers."""
    covered = {group for section in SECTIONS for group in section.groups}
    return (*SECTIONS, *(Section(name, (name,)) for name in GROUPS if name not in covered))
