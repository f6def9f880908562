"""Every KPI computed from the rows in plain Python: no grouping queries, nothing from insights."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.activity.models import ActivityEvent
from portal.bookings.models import Booking, Feedback, Session
from portal.notifications.models import Notification

LONDON: Final = ZoneInfo("Europe/London")
EDGES: Final = (1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 21600, 86400)
PAID: Final = ("succeeded", "partially_refunded", "refunded")
STATUSES: Final = ("awaiting_deposit", "confirmed", "completed", "no_show", "cancelled", "expired")


@dataclass(frozen=True)
class Rows:
    """Every row of the base tables."""

    bookings: list[Booking]
    payments: list[Payment]
    attempts: list[PaymentAttempt]
    refunds: list[Refund]
    disputes: list[Dispute]
    sessions: list[Session]
    notifications: list[Notification]
    events: list[ReceivedEvent]
    activity: list[ActivityEvent]
    feedback: list[Feedback]
    open_discrepancies: int

    @classmethod
    def read(cls) -> "Rows":
        payment = "payment__booking__session"
        return cls(
            list(Booking.objects.select_related("session__service")),
            list(Payment.objects.select_related("booking__session")),
            list(PaymentAttempt.objects.select_related(payment)),
            list(Refund.objects.select_related(payment)),
            list(Dispute.objects.select_related(payment)),
            list(Session.objects.all()),
            list(Notification.objects.all()),
            list(ReceivedEvent.objects.all()),
            list(ActivityEvent.objects.all()),
            list(Feedback.objects.select_related("booking__session")),
            sum(d.status == "open" for d in Discrepancy.objects.all()),
        )


class Selected:
    """The rows of some days, both included, and of a service or of all (None)."""

    def __init__(self, rows: Rows, first: date, last: date, service: int | None = None) -> None:
        self.rows, self.first, self.last, self.service = rows, first, last, service

    def on(self, moment: datetime | None) -> bool:
        return moment is not None and self.first <= moment.astimezone(LONDON).date() <= self.last

    def ours(self, service: int | None) -> bool:
        return self.service is None or service == self.service

    def of_payment(self, payment: Payment) -> bool:
        return self.ours(payment.booking.session.service_id)

    @cached_property
    def made(self) -> list[Booking]:
        return [b for b in self.rows.bookings if self.on(b.created_at) and self.ours(b.session.service_id)]

    @cached_property
    def feedback(self) -> list[Feedback]:
        attended = [f for f in self.rows.feedback if f.booking.status == "completed"]
        return [f for f in attended if self.on(f.booking.session.starts_at) and self.ours(f.booking.session.service_id)]

    @cached_property
    def deposits(self) -> dict[int, list[Payment]]:
        """Of every booking."""
        found: dict[int, list[Payment]] = {}
        for payment in self.rows.payments:
            if payment.purpose == "deposit":
                found.setdefault(payment.booking_id, []).append(payment)
        return found

    def that_reached(self, stage: Callable[[Payment], bool]) -> list[Booking]:
        return [b for b in self.made if any(stage(p) for p in self.deposits.get(b.pk, []))]

    @cached_property
    def funnel(self) -> dict[str, int]:
        seen = Counter(e.activity for e in self.rows.activity if self.on(e.occurred_at) and self.ours(e.service_id))
        started = max(seen["booking_started"], len(self.made))
        paid = self.that_reached(is_paid)
        return {
            "viewed": max(seen["service_viewed"], started),
            "started": started,
            "deposit_page": len(self.that_reached(lambda p: is_tried(p) or p.create_requested_at is not None)),
            "attempt": len(self.that_reached(is_tried)),
            "paid": len(paid),
            "attended": sum(b.status == "completed" for b in paid),
        }

    @cached_property
    def attempts(self) -> dict[str, list[PaymentAttempt]]:
        found = [a for a in self.rows.attempts if self.on(a.occurred_at) and self.of_payment(a.payment)]
        return {outcome: [a for a in found if a.outcome == outcome] for outcome in ("succeeded", "failed")}

    @cached_property
    def new_payments(self) -> list[Payment]:
        return [p for p in self.rows.payments if self.on(p.created_at) and self.of_payment(p)]

    @cached_property
    def came(self) -> list[Payment]:
        return [
            p for p in self.rows.payments if p.purpose == "deposit" and self.on(p.succeeded_at) and self.of_payment(p)
        ]

    @cached_property
    def taken(self) -> dict[str, int]:
        return by_currency((p.currency, p.captured_amount) for p in self.came)

    @cached_property
    def refunds(self) -> list[Refund]:
        succeeded = (r for r in self.rows.refunds if r.status == "succeeded")
        return [r for r in succeeded if self._of_deposit(r.payment, r.settled_at)]

    @cached_property
    def returned(self) -> dict[str, int]:
        return by_currency((r.payment.currency, r.amount) for r in self.refunds)

    @cached_property
    def disputed(self) -> dict[str, int]:
        return by_currency(
            (d.payment.currency, d.withdrawn_amount)
            for d in self.rows.disputes
            if self._of_deposit(d.payment, d.opened_at)
        )

    @cached_property
    def fees(self) -> dict[str, int]:
        return by_currency(
            (d.settlement_currency, d.fee_amount)
            for d in self.rows.disputes
            if self._of_deposit(d.payment, d.opened_at)
        )

    def _of_deposit(self, payment: Payment, moment: datetime | None) -> bool:
        return payment.purpose == "deposit" and self.on(moment) and self.of_payment(payment)

    def attendance(self, status: str) -> int:
        return sum(
            b.status == status and self.on(b.session.starts_at) and self.ours(b.session.service_id)
            for b in self.rows.bookings
        )

    @cached_property
    def sessions(self) -> list[Session]:
        held = [s for s in self.rows.sessions if s.status != "cancelled"]
        return [s for s in held if self.on(s.starts_at) and self.ours(s.service_id)]

    def media(self, *kinds: str) -> list[ActivityEvent]:
        wanted = {f"media_{kind}" for kind in kinds}
        return [e for e in self.rows.activity if e.activity in wanted and self.on(e.occurred_at)]

    @cached_property
    def mails(self) -> list[Notification]:
        return [n for n in self.rows.notifications if self.on(n.created_at)]

    def waits(self) -> list[float]:
        return [(b.confirmed_at - b.created_at).total_seconds() for b in self.made if b.confirmed_at]

    def delays(self) -> list[float]:
        return [(n.sent_at - n.created_at).total_seconds() for n in self.mails if n.sent_at]

    def lags(self) -> list[float]:
        return [
            (e.applied_at - e.created_at).total_seconds()
            for e in self.rows.events
            if e.applied_at and self.on(e.received_at)
        ]

    def paid_after_a_reminder(self) -> float | None:
        """Bookings of each day are counted once, however often they were reminded on it."""
        reminders = [n for n in self.mails if n.template == "hold_ending" and n.status == "sent"]
        paid = {
            (n.created_at.astimezone(LONDON).date(), n.about)
            for n in reminders
            for p in self.deposits.get(int(n.about.removeprefix("booking:")), [])
            if n.sent_at and p.succeeded_at and p.succeeded_at > n.sent_at
        }
        return divided(len(paid), len(reminders))


def is_paid(payment: Payment) -> bool:
    return payment.status in PAID


def is_tried(payment: Payment) -> bool:
    return is_paid(payment) or payment.first_attempt_at is not None


def divided(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def by_currency(pairs: Iterable[tuple[str, int]]) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for currency, amount in pairs:
        sums[currency] += amount
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def edge(durations: list[float], share: float) -> int | None:
    """Upper edge of the bucket of the value at the share's rank."""
    if not durations:
        return None
    ranked = sorted(durations)
    rank = next(n for n in range(1, len(ranked) + 1) if n >= share * len(ranked))
    return next((e for e in EDGES if ranked[rank - 1] <= e), 86400)


def ranked(names: Iterable[str], most: int | None = None) -> dict[str, int]:
    return dict(sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))[:most])


def net(s: Selected) -> dict[str, int]:
    gone = (s.returned, s.disputed, s.fees)
    sums = ((c, s.taken.get(c, 0) - sum(amounts.get(c, 0) for amounts in gone)) for c in ("EUR", "GBP", "JPY"))
    known = {*s.taken, *s.returned, *s.disputed, *s.fees}
    return {currency: amount for currency, amount in sums if currency in known}


STAGES: Final = ("viewed", "started", "deposit_page", "attempt", "paid", "attended")
EXPECTED: Final[Mapping[str, Callable[[Selected], Any]]] = {
    "bookings_made": lambda s: len(s.made),
    **{f"bookings_{st}": lambda s, st=st: sum(b.status == st for b in s.made) for st in STATUSES},  # type: ignore[misc]
    **{f"funnel_{stage}": lambda s, stage=stage: s.funnel[stage] for stage in STAGES},  # type: ignore[misc]
    **{f"conversion_{to}": lambda s, of=of, to=to: divided(s.funnel[to], s.funnel[of]) for of, to in pairwise(STAGES)},  # type: ignore[misc]
    "confirmation_median": lambda s: edge(s.waits(), 0.5),
    "confirmation_p95": lambda s: edge(s.waits(), 0.95),
    "attempt_success_rate": lambda s: divided(len(s.attempts["succeeded"]), sum(map(len, s.attempts.values()))),
    "attempt_failure_rate": lambda s: divided(len(s.attempts["failed"]), sum(map(len, s.attempts.values()))),
    "payment_success_rate": lambda s: divided(sum(map(is_paid, s.new_payments)), sum(map(is_tried, s.new_payments))),
    "declines": lambda s: len(s.attempts["failed"]),
    "declines_by_reason": lambda s: ranked(a.decline_code or a.code or "unknown" for a in s.attempts["failed"]),
    "deposits_taken": lambda s: s.taken,
    "deposits_refunded": lambda s: s.returned,
    "deposits_disputed": lambda s: s.disputed,
    "dispute_fees": lambda s: s.fees,
    "deposits_net": net,
    "refunds_made": lambda s: len(s.refunds),
    "refund_rate": lambda s: divided(sum(p.refunded_amount > 0 for p in s.came), len(s.came)),
    "no_show_rate": lambda s: divided(s.attendance("no_show"), s.attendance("completed") + s.attendance("no_show")),
    "satisfaction": lambda s: divided(sum(f.rating in (4, 5) for f in s.feedback), len(s.feedback)),
    "feedback_answered": lambda s: divided(len(s.feedback), s.attendance("completed")),
    "capacity_used": lambda s: divided(sum(x.held for x in s.sessions), sum(x.capacity for x in s.sessions)),
    "media_plays": lambda s: len(s.media("played")),
    "media_downloads": lambda s: len(s.media("downloaded")),
    "media_viewers": lambda s: len({e.visitor for e in s.media("played", "downloaded")} - {""}),
    "media_watch_time": lambda s: sum(e.seconds for e in s.rows.activity if s.on(e.occurred_at)),
    "media_completion": lambda s: divided(len(s.media("completed")), len(s.media("played"))),
    "media_top": lambda s: ranked((e.object_id for e in s.media("played", "downloaded")), 10),
    "notifications_sent": lambda s: sum(n.status == "sent" for n in s.mails),
    "notifications_failed": lambda s: sum(n.status == "failed" for n in s.mails),
    "notification_delay_median": lambda s: edge(s.delays(), 0.5),
    "notification_delay_p95": lambda s: edge(s.delays(), 0.95),
    "reminder_completion": Selected.paid_after_a_reminder,
    "webhook_lag_median": lambda s: edge(s.lags(), 0.5),
    "webhook_lag_p95": lambda s: edge(s.lags(), 0.95),
    "open_discrepancies": lambda s: s.rows.open_discrepancies,
}  # fmt: skip


def expected(selected: Selected) -> dict[str, Any]:
    """Every KPI of `selected`, by key."""
    return {key: work_out(selected) for key, work_out in EXPECTED.items()}
