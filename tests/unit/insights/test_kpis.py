"""Every figure, to the digit, against plain Python over the rows."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from insights.kpis.definition import percentile
from insights.kpis.facts import Facts
from insights.kpis.filters import Filter
from insights.kpis.registry import REGISTRY
from insights.kpis.results import answer
from insights.rollups.refresh import rebuild
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.activity.models import Activity, ActivityEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Service, Session
from portal.notifications.models import Notification
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.history import booked, declined, moved, paid, refunded

pytestmark = pytest.mark.django_db
LONDON = ZoneInfo("Europe/London")
START = datetime(2028, 2, 28, 10, tzinfo=UTC)  # the leap day follows
WHOLE = Filter(date(2028, 2, 28), date(2028, 4, 5))  # and a clock change, on 26 March


@pytest.fixture(autouse=True)
def _soon_after() -> Iterator[None]:
    with time_machine.travel(datetime(2028, 4, 6, 9, tzinfo=UTC)):
        yield


@pytest.fixture
def seeded() -> tuple[Service, Service]:
    """A few weeks of two services in two currencies, made through the domain; then rolled up."""
    pounds, euros = ServiceFactory(slug="pounds"), ServiceFactory(slug="euros", currency="EUR", price_amount=8000)
    for n in range(14):
        at = START + timedelta(days=n * 2, hours=n, minutes=7 * n)
        session = SessionFactory(
            service=(pounds, euros)[n % 2], starts_at=at + timedelta(days=3), ends_at=at + timedelta(days=3, hours=2)
        )
        _one_way(n, booked(at, session), at)
    late = datetime(2028, 3, 26, 23, 30, tzinfo=UTC)  # half past midnight of the 27th in London
    paid(booked(late, SessionFactory(service=pounds, starts_at=late + timedelta(days=2))), late + timedelta(minutes=3))
    _events(pounds)
    with time_machine.travel(START + timedelta(days=2)):
        _notices()
    rebuild()
    return pounds, euros


def _one_way(n: int, booking: Booking, at: datetime) -> None:
    if n % 5 == 1:
        declined(booking, at + timedelta(minutes=2), "expired_card" if n % 2 else "insufficient_funds")
    if n % 7 == 6:
        moved(booking, BookingStatus.EXPIRED, at + timedelta(minutes=31))
    elif n % 4 == 3:
        moved(booking, BookingStatus.CANCELLED, at + timedelta(minutes=20))
    elif n % 6 != 5:
        payment = paid(booking, at + timedelta(minutes=4 * n + 1))
        if n % 4 == 0:
            refunded(payment, 300 + n, at + timedelta(days=1))
        if n in (2, 8):
            moved(booking, BookingStatus.COMPLETED, at + timedelta(days=3, hours=3))
        if n == 10:
            moved(booking, BookingStatus.NO_SHOW, at + timedelta(days=3, hours=3))
            Dispute.objects.create(
                payment=payment, stripe_dispute_id="dp_1", amount=payment.amount, status="lost",
                withdrawn_amount=payment.amount, opened_at=at + timedelta(days=4),
            )  # fmt: skip


def _events(service: Service) -> None:
    kinds = [Activity.SERVICE_VIEWED] * 40 + [Activity.BOOKING_STARTED] * 21 + [Activity.MEDIA_PLAYED] * 12
    kinds += [Activity.MEDIA_MIDPOINT] * 9 + [Activity.MEDIA_COMPLETED] * 5 + [Activity.MEDIA_DOWNLOADED] * 4
    ActivityEvent.objects.bulk_create(
        ActivityEvent(
            activity=kind, occurred_at=START + timedelta(hours=9 * n),
            service_id=None if kind.startswith("media") else service.pk,
            object_id=f"item-{n % 4}" if kind.startswith("media") else "", visitor=("a", "b", "")[n % 3],
            seconds=n if kind in (Activity.MEDIA_MIDPOINT, Activity.MEDIA_COMPLETED) else 0,
        )
        for n, kind in enumerate(kinds)
    )  # fmt: skip


def _notices() -> None:
    now = START + timedelta(days=2)
    bookings = list(Booking.objects.order_by("pk"))
    for n, booking in enumerate(bookings[:6]):
        sent = booking.created_at + timedelta(minutes=1)
        Notification.objects.create(
            template="hold_ending", to="a@example.com", about=f"booking:{booking.pk}", dedupe_key=f"h{n}",
            created_at=booking.created_at, status="failed" if n == 5 else "sent", sent_at=None if n == 5 else sent,
        )  # fmt: skip
    for n in range(5):
        ReceivedEvent.objects.create(
            event_id=f"evt_{n}", type="x", livemode=False, created_at=now, received_at=now + timedelta(seconds=1),
            applied_at=now + timedelta(seconds=3**n),
        )  # fmt: skip
    Discrepancy.objects.create(kind="unknown_charge", stripe_object_id="ch_x")


def on(moment: datetime | None, asked: Filter) -> bool:
    """Whether `moment` falls on a day of `asked`, in London."""
    return moment is not None and asked.first <= moment.astimezone(LONDON).date() <= asked.last


def divided(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def by_currency(pairs: Any) -> dict[str, int]:
    sums: Counter[str] = Counter()
    for currency, amount in pairs:
        sums[currency] += amount
    return {currency: amount for currency, amount in sorted(sums.items()) if amount}


def edge(durations: list[float], share: float) -> int | None:
    """Upper edge of the bucket of the value at the share's rank."""
    edges = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 21600, 86400]
    if not durations:
        return None
    ranked = sorted(durations)
    rank = next(n for n in range(1, len(ranked) + 1) if n >= share * len(ranked))
    return next((e for e in edges if ranked[rank - 1] <= e), 86400)


def expected(asked: Filter) -> dict[str, Any]:
    """Every figure, from the rows, without a query that groups."""

    def ours(service_id: int) -> bool:
        return asked.service_id is None or service_id == asked.service_id

    every = [b for b in Booking.objects.select_related("session__service") if ours(b.session.service_id)]
    made = [b for b in every if on(b.created_at, asked)]
    payments = [p for p in Payment.objects.select_related("booking__session") if ours(p.booking.session.service_id)]
    captured = {p.booking_id for p in payments if p.captured_amount}
    tried = {p.booking_id for p in payments if p.first_attempt_at or p.captured_amount}
    attempts = [
        a for a in PaymentAttempt.objects.select_related("payment__booking__session")
        if on(a.occurred_at, asked) and ours(a.payment.booking.session.service_id)
    ]  # fmt: skip
    won, lost = ([a for a in attempts if a.outcome == outcome] for outcome in ("succeeded", "failed"))
    new = [p for p in payments if on(p.created_at, asked)]
    came = [p for p in payments if on(p.succeeded_at, asked)]
    back = [
        r for r in Refund.objects.select_related("payment__booking__session")
        if on(r.settled_at, asked) and r.status == "succeeded" and ours(r.payment.booking.session.service_id)
    ]  # fmt: skip
    disputes = [
        d for d in Dispute.objects.select_related("payment__booking__session")
        if on(d.opened_at, asked) and ours(d.payment.booking.session.service_id)
    ]  # fmt: skip
    taken = by_currency((p.currency, p.captured_amount) for p in came)
    returned = by_currency((r.payment.currency, r.amount) for r in back)
    disputed = by_currency((d.payment.currency, d.withdrawn_amount) for d in disputes)
    sessions = [s for s in Session.objects.all() if on(s.starts_at, asked) and ours(s.service_id)]
    held = [b for b in every if on(b.session.starts_at, asked)]
    attended, missed = (sum(b.status == s for b in held) for s in ("completed", "no_show"))
    events = [e for e in ActivityEvent.objects.all() if on(e.occurred_at, asked)]
    seen = Counter(e.activity for e in events if e.service_id and ours(e.service_id))
    plays, ends, downloads = (
        [e for e in events if e.activity == f"media_{what}"] for what in ("played", "completed", "downloaded")
    )
    started = max(seen["booking_started"], len(made))
    funnel = {
        "viewed": max(seen["service_viewed"], started),
        "started": started,
        "deposit_page": len({b.pk for b in made} & tried),
        "attempt": len({b.pk for b in made} & tried),
        "paid": len({b.pk for b in made} & captured),
        "attended": sum(b.status == "completed" for b in made if b.pk in captured),
    }
    steps = list(funnel)
    mails = [n for n in Notification.objects.all() if on(n.created_at, asked)]
    reminders = [n for n in mails if n.template == "hold_ending" and n.status == "sent"]
    money_at = dict(Payment.objects.filter(succeeded_at__isnull=False).values_list("booking_id", "succeeded_at"))
    paid_after = sum(n.sent_at is not None and money_at.get(int(n.about[8:]), START) > n.sent_at for n in reminders)
    waits = [(b.confirmed_at - b.created_at).total_seconds() for b in made if b.confirmed_at]
    delays = [(n.sent_at - n.created_at).total_seconds() for n in mails if n.sent_at]
    lags = [
        (e.applied_at - e.created_at).total_seconds()
        for e in ReceivedEvent.objects.all() if e.applied_at and on(e.received_at, asked)
    ]  # fmt: skip
    return {
        "bookings_made": len(made),
        **{f"bookings_{s.value}": sum(b.status == s for b in made) for s in BookingStatus},
        **{f"funnel_{stage}": count for stage, count in funnel.items()},
        **{f"conversion_{after}": divided(funnel[after], funnel[before]) for before, after in pairwise(steps)},
        "confirmation_median": edge(waits, 0.5),
        "confirmation_p95": edge(waits, 0.95),
        "attempt_success_rate": divided(len(won), len(attempts)),
        "payment_success_rate": divided(
            sum(p.captured_amount > 0 for p in new), sum(bool(p.first_attempt_at or p.captured_amount) for p in new)
        ),
        "declines": len(lost),
        "declines_by_reason": dict(Counter(a.decline_code for a in lost)),
        "deposits_taken": taken,
        "deposits_refunded": returned,
        "deposits_disputed": disputed,
        "deposits_net": {
            c: taken.get(c, 0) - returned.get(c, 0) - disputed.get(c, 0) for c in sorted({*taken, *returned, *disputed})
        },
        "refund_rate": divided(sum(p.refunded_amount > 0 for p in came), len(came)),
        "no_show_rate": divided(missed, attended + missed),
        "capacity_used": divided(sum(s.held for s in sessions), sum(s.capacity for s in sessions)),
        "media_plays": len(plays),
        "media_downloads": len(downloads),
        "media_viewers": len({e.visitor for e in plays + downloads} - {""}),
        "media_watch_time": sum(e.seconds for e in events),
        "media_completion": divided(len(ends), len(plays)),
        "media_top": dict(Counter(e.object_id for e in plays + downloads)),
        "notifications_sent": sum(n.status == "sent" for n in mails),
        "notifications_failed": sum(n.status == "failed" for n in mails),
        "notification_delay_median": edge(delays, 0.5),
        "notification_delay_p95": edge(delays, 0.95),
        "reminder_completion": divided(paid_after, len(reminders)),
        "webhook_lag_median": edge(lags, 0.5),
        "webhook_lag_p95": edge(lags, 0.95),
        "open_discrepancies": 1,
    }


def values(asked: Filter) -> dict[str, Any]:
    return {key: result.value for key, result in answer(asked).items()}


@pytest.mark.parametrize(
    ("first", "last", "slug"),
    [
        ("2028-02-28", "2028-04-05", ""),
        ("2028-02-28", "2028-04-05", "pounds"),
        ("2028-02-28", "2028-04-05", "euros"),
        ("2028-02-29", "2028-02-29", ""),
        ("2028-03-25", "2028-03-28", ""),
        ("2028-03-26", "2028-03-26", "pounds"),
        ("2028-03-27", "2028-03-27", "pounds"),
        ("2030-01-01", "2030-01-31", ""),
        ("2020-01-01", "2020-01-31", "euros"),
    ],
)
def test_every_figure_is_what_the_rows_say(seeded: tuple[Service, Service], first: str, last: str, slug: str) -> None:
    asked = Filter.read({"from": first, "to": last, "service": slug})
    found = values(asked)
    assert found.keys() == REGISTRY.keys()
    assert found == expected(asked)


def test_the_seed_has_something_of_everything(seeded: tuple[Service, Service]) -> None:
    empty = {key for key, value in values(WHOLE).items() if not value}
    assert empty == set()


def test_days_add_up_to_the_whole_and_the_period_before_is_the_one_before(seeded: tuple[Service, Service]) -> None:
    asked = Filter(date(2028, 3, 10), date(2028, 3, 19))
    results = answer(asked)
    assert sum(value for _, value in results["bookings_made"].series) == results["bookings_made"].value  # type: ignore
    assert [day for day, _ in results["bookings_made"].series] == asked.days
    before = expected(Filter(date(2028, 2, 29), date(2028, 3, 9)))
    assert {key: r.previous for key, r in results.items() if not r.kpi.now_only} == {
        key: value for key, value in before.items() if key != "open_discrepancies"
    }


def test_a_percentile_beyond_the_last_edge_is_the_last_edge() -> None:
    assert percentile(Facts(histograms={"m": Counter({0: 3})}), "m", 0.5) == 86400
    assert percentile(Facts(), "m", 0.5) is None
