"""Every figure's one definition. Dashboard, JSON, exports and docs/analytics/metrics-definitions.md read it here."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Final

from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import Kpi, Unit, percentile, ratio
from insights.rollups.engagement_queries import REMINDER
from insights.rollups.models import Measure
from payments.models import Discrepancy
from portal.bookings.enums import BookingStatus

CARE, FINANCE, DIGITAL, OPERATIONS = "Care coordination", "Finance", "Digital", "Operations"
TOP: Final = 10


def _count(column: str) -> Callable[[Aggregates], int]:
    return lambda aggregates: aggregates.counts[column]


def _status(status: BookingStatus) -> Kpi:
    return Kpi(
        key=f"bookings_{status.value}",
        name=f"Bookings: {status.label.lower()}",
        meaning=f"Of the bookings made in the period, those that now stand at “{status.label}”.",
        formula=f"count of bookings made in the period with status {status.value}",
        unit=Unit.COUNT,
        source="portal.bookings Booking, by created_at",
        owner=CARE,
        query=_count(status.value),
    )


BOOKINGS: Final = (
    Kpi(
        "bookings_made", "Bookings made", "Places that caregivers, or staff for them, asked for in the period.",
        "count of bookings made in the period", Unit.COUNT, "portal.bookings Booking, by created_at", CARE,
        _count("booked"),
    ),
    *(_status(status) for status in BookingStatus),
)  # fmt: skip


def reached(aggregates: Aggregates, stage: str) -> int:
    """How many reached `stage`. Somebody who does not want to be measured leaves no event, so each of the first two
    stages counts at least those who are known to have come further."""
    counts = aggregates.counts
    if stage in ("viewed", "started"):
        started = max(counts["started_events"], counts["booked"])
        return started if stage == "started" else max(counts["viewed_events"], started)
    return counts[STAGES[stage][1]]


STAGES: Final[Mapping[str, tuple[str, str, str]]] = {
    "viewed": ("Service viewed", "viewed_events", "The booking page was opened, for one service or to choose."),
    "started": ("Booking started", "started_events", "The booking form was sent."),
    "deposit_page": ("Deposit page opened", "reached_deposit_page", "The page where the deposit is paid was opened."),
    "attempt": ("Payment attempted", "reached_attempt", "A card was tried, or money came another way."),
    "paid": ("Deposit paid", "reached_paid", "The deposit is in the ledger."),
    "attended": ("Attended", "reached_attended", "The deposit was paid and the session attended."),
}


NEXT: Final = {"viewed": "funnel_started", "started": "bookings_made"}


def _stage(stage: str) -> Kpi:
    name, column, meaning = STAGES[stage]
    event = stage in ("viewed", "started")
    return Kpi(
        key=f"funnel_{stage}",
        name=f"Funnel: {name.lower()}",
        meaning=f"{meaning} Counted on the day the way began, whenever the later steps came.",
        formula=f"max(sum of {column}, {NEXT[stage]})" if event else f"sum of {column} of bookings made in the period",
        unit=Unit.COUNT,
        source="portal.activity ActivityEvent" if event else "portal.bookings Booking and payments Payment",
        owner=DIGITAL,
        query=lambda aggregates: reached(aggregates, stage),
    )


def _conversion(before: str, stage: str) -> Kpi:
    name, earlier = STAGES[stage][0].lower(), STAGES[before][0].lower()
    return Kpi(
        key=f"conversion_{stage}",
        name=f"Conversion: {earlier} to {name}",
        meaning=f"Of those who reached “{earlier}”, the share that went on to “{name}”.",
        formula=f"funnel_{stage} ÷ funnel_{before}",
        unit=Unit.RATIO,
        source=f"funnel_{stage}, funnel_{before}",
        owner=DIGITAL,
        query=lambda aggregates: ratio(reached(aggregates, stage), reached(aggregates, before)),
    )


_ORDER: Final = tuple(STAGES)
FUNNEL: Final = (
    *map(_stage, _ORDER),
    *(_conversion(before, after) for before, after in pairwise(_ORDER)),
)


def _duration(key: str, name: str, measure: Measure, meaning: str, source: str, owner: str) -> tuple[Kpi, ...]:
    def one(suffix: str, label: str, share: float) -> Kpi:
        return Kpi(
            key=f"{key}_{suffix}",
            name=f"{name}, {label}",
            meaning=f"{meaning} {share:.0%} took this long or less; read from a histogram, rounded up to its bucket.",
            formula=f"upper edge of the bucket that holds the {share:.0%} point",
            unit=Unit.SECONDS,
            source=source,
            owner=owner,
            query=lambda aggregates: percentile(aggregates, measure, share),
            per_service=measure == Measure.CONFIRMATION,
        )

    return one("median", "median", 0.5), one("p95", "95th percentile", 0.95)


CONFIRMATION: Final = _duration(
    "confirmation", "Time to confirm", Measure.CONFIRMATION, "From making a booking to its confirmation.",
    "portal.bookings Booking created_at, confirmed_at", CARE,
)  # fmt: skip


def _ranked(counts: Mapping[str, int], most: int | None = None) -> Mapping[str, int]:
    """The largest first, equals by name, without zeros; at most `most`."""
    found = sorted(((name, count) for name, count in counts.items() if count), key=lambda pair: (-pair[1], pair[0]))
    return dict(found[:most])


def _money(column: str) -> Callable[[Aggregates], Mapping[str, int]]:
    return lambda aggregates: dict(sorted(aggregates.money[column].items()))


def _net(aggregates: Aggregates) -> Mapping[str, int]:
    taken, *gone = (aggregates.money[f"{name}_amount"] for name in ("deposits", "refunded", "disputed", "dispute_fees"))
    known = {currency for sums in (taken, *gone) for currency in sums}
    return {currency: taken[currency] - sum(sums[currency] for sums in gone) for currency in sorted(known)}


MONEY: Final = (
    Kpi(
        "attempt_success_rate", "Attempts that succeed",
        "Of the times a caregiver tried to pay, a deposit or a balance, and saw an outcome, the share that went "
        "through.",
        "attempts_succeeded ÷ (attempts_succeeded + attempts_failed)", Unit.RATIO,
        "payments PaymentAttempt, by occurred_at", FINANCE,
        lambda f: ratio(f.counts["attempts_succeeded"], f.counts["attempts_succeeded"] + f.counts["attempts_failed"]),
    ),
    Kpi(
        "attempt_failure_rate", "Attempts that fail",
        "Of the times a caregiver tried to pay and saw an outcome, the share that was declined.",
        "attempts_failed ÷ (attempts_succeeded + attempts_failed)", Unit.RATIO,
        "payments PaymentAttempt, by occurred_at", FINANCE,
        lambda f: ratio(f.counts["attempts_failed"], f.counts["attempts_succeeded"] + f.counts["attempts_failed"]),
    ),
    Kpi(
        "payment_success_rate", "Payments that succeed",
        "Of the payments of the period, deposits and balances, that somebody tried to pay, the share that was paid in "
        "the end.",
        "payments_captured ÷ payments_tried", Unit.RATIO, "payments Payment, by created_at", FINANCE,
        lambda f: ratio(f.counts["payments_captured"], f.counts["payments_tried"]),
    ),
    Kpi(
        "declines", "Declined attempts", "Attempts to pay that a bank or Stripe refused.", "count of failed attempts",
        Unit.COUNT, "payments PaymentAttempt, by occurred_at", FINANCE, _count("attempts_failed"),
    ),
    Kpi(
        "declines_by_reason", "Declines by reason", "Refused attempts by the reason that the bank gave.",
        "count of failed attempts by decline code", Unit.BREAKDOWN, "payments PaymentAttempt, by occurred_at", FINANCE,
        lambda f: _ranked(f.declines),
    ),
    Kpi(
        "deposits_taken", "Deposits taken", "Deposit money that came in the period, by currency.",
        "sum of captured deposits", Unit.MONEY, "payments Payment, by succeeded_at", FINANCE,
        _money("deposits_amount"),
    ),
    Kpi(
        "deposits_refunded", "Deposits refunded", "Deposit money that went back in the period, by currency.",
        "sum of refunds that succeeded", Unit.MONEY, "payments Refund, by settled_at", FINANCE,
        _money("refunded_amount"),
    ),
    Kpi(
        "deposits_disputed", "Deposits disputed",
        "Deposit money that Stripe holds back for disputes opened in the period, by currency.",
        "sum of withdrawn amounts", Unit.MONEY, "payments Dispute, by opened_at", FINANCE, _money("disputed_amount"),
    ),
    Kpi(
        "dispute_fees", "Dispute fees",
        "Stripe's fees for disputes about deposits, opened in the period, by the currency of the balance they were "
        "taken from.",
        "sum of dispute fees", Unit.MONEY, "payments Dispute, by opened_at", FINANCE, _money("dispute_fees_amount"),
        since="0.2.0",
    ),
    Kpi(
        "deposits_net", "Deposits, net",
        "What stays of the deposits, by currency. A fee in a currency in which no deposit came stands there by itself.",
        "deposits_taken − deposits_refunded − deposits_disputed − dispute_fees", Unit.MONEY, "the four above", FINANCE,
        _net,
    ),
    Kpi(
        "refunds_made", "Refunds", "How often deposit money went back in the period.",
        "count of refunds that succeeded", Unit.COUNT, "payments Refund, by settled_at", FINANCE, _count("refunds"),
    ),
    Kpi(
        "refund_rate", "Refund rate", "Of the deposits paid in the period, the share of which something went back.",
        "paid_refunded ÷ paid", Unit.RATIO, "payments Payment, by succeeded_at", FINANCE,
        lambda f: ratio(f.counts["paid_refunded"], f.counts["paid"]),
    ),
)  # fmt: skip

SESSIONS: Final = (
    Kpi(
        "no_show_rate", "No-show rate", "Of the places whose attendance was noted, the share that nobody came to.",
        "missed ÷ (attended + missed)", Unit.RATIO, "portal.bookings Booking, by the session's start", CARE,
        lambda f: ratio(f.counts["missed"], f.counts["attended"] + f.counts["missed"]),
    ),
    Kpi(
        "capacity_used", "Places used", "Of the places in sessions of the period, the share that was booked.",
        "places_held ÷ places_offered, cancelled sessions left out", Unit.RATIO,
        "portal.bookings Session, by starts_at", CARE,
        lambda f: ratio(f.counts["places_held"], f.counts["places_offered"]),
    ),
)  # fmt: skip

_PLAYS: Final = "portal.activity ActivityEvent media_played, media_completed, media_downloaded"


def _media(*columns: str) -> Callable[[Aggregates], int]:
    return lambda aggregates: sum(counts[column] for counts in aggregates.media.values() for column in columns)


def _top(aggregates: Aggregates) -> Mapping[str, int]:
    return _ranked({item: counts["plays"] + counts["downloads"] for item, counts in aggregates.media.items()}, TOP)


MEDIA: Final = (
    Kpi(
        "media_plays", "Media plays", "How often a film or recording of the library was started.", "sum of plays",
        Unit.COUNT, _PLAYS, DIGITAL, _media("plays"), per_service=False,
    ),
    Kpi(
        "media_downloads", "Media downloads", "How often a document or picture of the library was downloaded.",
        "sum of downloads", Unit.COUNT, _PLAYS, DIGITAL, _media("downloads"), per_service=False,
    ),
    Kpi(
        "media_viewers", "Different viewers",
        "How many different people played or downloaded something, each counted once in the period. Only those who "
        "allow that their visits are linked can be told apart.",
        "count of distinct viewers", Unit.COUNT, "portal.activity ActivityEvent visitor", DIGITAL,
        lambda f: f.viewers, per_service=False,
    ),
    Kpi(
        "media_watch_time", "Watch time", "How long films and recordings were played, all plays together.",
        "sum of watched_seconds", Unit.SECONDS, "portal.activity ActivityEvent seconds", DIGITAL,
        _media("watched_seconds"),
        per_service=False,
    ),
    Kpi(
        "media_completion", "Played to the end",
        "Of the plays that were started, the share that was played to the end. Each report counts on its own day, so "
        "one day can pass 100 % when somebody watched over midnight.",
        "completed ÷ plays", Unit.RATIO, _PLAYS, DIGITAL, lambda f: ratio(_media("completed")(f), _media("plays")(f)),
        per_service=False,
    ),
    Kpi(
        "media_top", "Most used", f"The {TOP} items that were played or downloaded most.",
        "plays + downloads by item, the most used first; of equals the first by name", Unit.BREAKDOWN, _PLAYS, DIGITAL,
        _top, per_service=False,
    ),
)  # fmt: skip


def _notified(column: str, template: str | None = None) -> Callable[[Aggregates], int]:
    return lambda aggregates: sum(
        counts[column] for name, counts in aggregates.notifications.items() if template in (None, name)
    )


NOTIFICATIONS: Final = (
    Kpi(
        "notifications_sent", "E-mails sent", "E-mails of the period that the mail server took.",
        "count of notifications with status sent", Unit.COUNT, "portal.notifications Notification, by created_at",
        DIGITAL, _notified("sent"), per_service=False,
    ),
    Kpi(
        "notifications_failed", "E-mails failed", "E-mails of the period that were given up after every attempt.",
        "count of notifications with status failed", Unit.COUNT, "portal.notifications Notification, by created_at",
        DIGITAL, _notified("failed"), per_service=False,
    ),
    *_duration(
        "notification_delay", "E-mail delay", Measure.NOTIFICATION_DELAY, "From the cause of an e-mail to its sending.",
        "portal.notifications Notification created_at, sent_at", DIGITAL,
    ),
    Kpi(
        "reminder_completion", "Paid after a reminder",
        "Of the reminders that a hold is about to end, the share whose deposit came afterwards.",
        "paid_after ÷ sent, of the template hold_ending", Unit.RATIO,
        "portal.notifications Notification, payments Payment", DIGITAL,
        lambda f: ratio(_notified("paid_after", REMINDER)(f), _notified("sent", REMINDER)(f)),
        per_service=False,
    ),
)  # fmt: skip


def _open_discrepancies(aggregates: Aggregates) -> int:
    return Discrepancy.objects.open_differences().count()


OPERATION: Final = (
    *_duration(
        "webhook_lag", "Webhook lag", Measure.WEBHOOK_LAG, "From Stripe's making an event to its place in our ledger.",
        "payments ReceivedEvent created_at, applied_at, by received_at", OPERATIONS,
    ),
    Kpi(
        "open_discrepancies", "Open discrepancies", "Differences between our ledger and Stripe that wait for somebody.",
        "count of open discrepancies, now", Unit.COUNT, "payments Discrepancy", FINANCE, _open_discrepancies,
        per_service=False, now_only=True,
    ),
)  # fmt: skip

GROUPS: Final[Mapping[str, tuple[Kpi, ...]]] = {
    "Bookings": BOOKINGS,
    "From looking to attending": FUNNEL,
    "Time to confirm": CONFIRMATION,
    "Payments": MONEY,
    "Sessions": SESSIONS,
    "Media": MEDIA,
    "Notifications": NOTIFICATIONS,
    "Stripe and reconciliation": OPERATION,
}
REGISTRY: Final[Mapping[str, Kpi]] = {kpi.key: kpi for group in GROUPS.values() for kpi in group}
