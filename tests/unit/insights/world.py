"""Rows of every kind that KPIs are computed from, thrown together from one seed: a few days around a leap day and both
changes of the clocks, in three currencies, with every moment at which a day begins or ends in London."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from payments.enums import CAPTURED, LIVE, DiscrepancyStatus, PaymentStatus, Purpose, RefundStatus
from payments.models import Discrepancy, Dispute, Payment, PaymentAttempt, ReceivedEvent, Refund
from portal.activity.models import FUNNEL, Activity, ActivityEvent
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Feedback, Service, Session
from portal.caregivers.models import CareRecipient
from portal.notifications.models import Notification, NotificationStatus
from tests.factories import CareRecipientFactory, ServiceFactory

CURRENCIES: Final = {"pounds": "GBP", "euros": "EUR", "yen": "JPY"}
AMOUNTS: Final = {"GBP": 1125, "EUR": 2000, "JPY": 1500}
BOOKINGS: Final = 200
STATUSES: Final = (*BookingStatus, BookingStatus.COMPLETED)
LIVE_OR_REFUNDED: Final = sorted({*LIVE, PaymentStatus.REFUNDED})  # a set has another order in every process
TICK: Final = timedelta(microseconds=1)
MIDNIGHTS: Final = (
    datetime(2027, 10, 30, 23, tzinfo=UTC),  # a day of 25 hours begins
    datetime(2027, 10, 31, 1, tzinfo=UTC),  # clocks go back: half past one comes twice
    datetime(2027, 11, 1, tzinfo=UTC),  # and ends
    datetime(2028, 2, 29, tzinfo=UTC),  # the leap day begins
    datetime(2028, 3, 1, tzinfo=UTC),  # and ends
    datetime(2028, 3, 26, tzinfo=UTC),  # a day of 23 hours begins
    datetime(2028, 3, 26, 1, tzinfo=UTC),  # clocks go forward
    datetime(2028, 3, 26, 23, tzinfo=UTC),  # and ends
)
SEASONS: Final = (datetime(2028, 2, 27, 6, tzinfo=UTC), datetime(2028, 3, 24, 6, tzinfo=UTC),
                  datetime(2027, 10, 29, 6, tzinfo=UTC))  # fmt: skip
WAITS: Final = (0, 1, 1.000001, 30, 60, 300, 301, 3600, 86_400, 86_400.5, 200_000)  # seconds; on and beside edges


@dataclass(slots=True)
class Dice:
    """Choices from one seed."""

    random: random.Random

    def moment(self) -> datetime:
        """A third of them where days meet, the others within a few days of it."""
        if self.random.random() < 0.35:
            return self.random.choice(MIDNIGHTS) + self.random.choice((-TICK, timedelta(0), TICK))
        return self.random.choice(SEASONS) + timedelta(seconds=self.random.randrange(5 * 86_400))

    def later(self, than: datetime) -> datetime:
        return than + timedelta(seconds=self.random.choice(WAITS))

    def maybe(self, value: Any, share: float = 0.5) -> Any:
        return value if self.random.random() < share else None

    def one(self, choices: Any) -> Any:
        return self.random.choice(list(choices))


def make_world(seed: int = 2032) -> dict[str, Service]:
    """Every row; returns the services by slug. A service that is gone is only known from what was looked at."""
    dice = Dice(random.Random(seed))
    services = {slug: ServiceFactory(slug=slug, currency=currency) for slug, currency in CURRENCIES.items()}
    gone = ServiceFactory(slug="gone")
    sessions = _sessions(dice, services)
    bookings = _bookings(dice, sessions, CareRecipientFactory())
    payments = _payments(dice, bookings)
    _attempts(dice, payments)
    _returns(dice, payments)
    _notifications(dice, bookings)
    _events(dice)
    _activity(dice, [*services.values(), gone])
    _feedback(Dice(random.Random(seed)), bookings)  # dice of its own: what is above stays as it was
    for n, status in enumerate((DiscrepancyStatus.OPEN, DiscrepancyStatus.OPEN, DiscrepancyStatus.HEALED)):
        Discrepancy.objects.create(kind="unknown_charge", stripe_object_id=f"ch_{n}", status=status)
    gone.delete()
    return services


def _sessions(dice: Dice, services: dict[str, Service]) -> list[Session]:
    starts = {(slug, dice.moment()) for slug in services for _ in range(14)}
    rows = []
    for slug, at in sorted(starts):
        capacity = dice.random.randint(1, 6)
        rows.append(
            Session(
                service=services[slug], starts_at=at, ends_at=at + timedelta(hours=2), capacity=capacity,
                held=dice.random.randint(0, capacity), status=dice.one(SessionStatus),
            )
        )  # fmt: skip
    return Session.objects.bulk_create(rows)


def _bookings(dice: Dice, sessions: list[Session], person: CareRecipient) -> list[Booking]:
    rows = []
    for _ in range(BOOKINGS):
        session, at = dice.one(sessions), dice.moment()
        currency = session.service.currency
        rows.append(
            Booking(
                session=session, caregiver=person.caregiver, care_recipient=person, status=dice.one(STATUSES),
                created_at=at, confirmed_at=dice.maybe(dice.later(at), 0.6), currency=currency,
                price_amount=4 * AMOUNTS[currency], deposit_amount=AMOUNTS[currency],
            )
        )  # fmt: skip
    return Booking.objects.bulk_create(rows)


def _feedback(dice: Dice, bookings: list[Booking]) -> None:
    """On half of them, attended or (corrected since) not."""
    rows = [Feedback(booking=b, rating=dice.one(range(1, 6)), would_book_again=True) for b in bookings]
    Feedback.objects.bulk_create(row for row in rows if dice.maybe(True))


def _payments(dice: Dice, bookings: list[Booking]) -> list[Payment]:
    """None, one or several for a booking: at most one of them lives, for the deposit and for the balance."""
    rows = []
    for booking in bookings:
        for purpose in dice.one(((), (Purpose.DEPOSIT,), (Purpose.DEPOSIT,), tuple(Purpose))):
            rows += [_payment(dice, booking, purpose, PaymentStatus.CANCELLED) for _ in range(dice.one((0, 0, 1)))]
            rows.append(_payment(dice, booking, purpose, dice.one(LIVE_OR_REFUNDED)))
    return Payment.objects.bulk_create(rows)


def _payment(dice: Dice, booking: Booking, purpose: Purpose, status: PaymentStatus) -> Payment:
    amount, captured = booking.deposit_amount, status in CAPTURED
    refunded = {PaymentStatus.REFUNDED: amount, PaymentStatus.PARTIALLY_REFUNDED: amount // 3}.get(status, 0)
    at = dice.later(booking.created_at)
    return Payment(
        booking=booking, purpose=purpose, status=status, amount=amount, currency=booking.currency,
        captured_amount=amount if captured else 0, refunded_amount=refunded, created_at=at,
        create_requested_at=dice.maybe(at, 0.7), first_attempt_at=dice.maybe(at),
        succeeded_at=dice.one((dice.later(at), dice.moment())) if captured else None,
    )  # fmt: skip


def _attempts(dice: Dice, payments: list[Payment]) -> None:
    rows = [
        PaymentAttempt(
            payment=dice.one(payments), outcome=dice.one(("succeeded", "failed", "failed")),
            decline_code=dice.one(("", "insufficient_funds", "expired_card")), code=dice.one(("", "card_declined")),
            reference=f"evt_{n}", occurred_at=dice.moment(),
        )
        for n in range(160)
    ]  # fmt: skip
    PaymentAttempt.objects.bulk_create(rows)


def _returns(dice: Dice, payments: list[Payment]) -> None:
    paid = [payment for payment in payments if payment.status in CAPTURED]
    refunds = [
        Refund(
            payment=dice.one(paid), amount=dice.random.randint(1, 900), reason="goodwill",
            status=dice.one((RefundStatus.SUCCEEDED, *RefundStatus)), settled_at=dice.maybe(dice.moment(), 0.9),
        )
        for _ in range(70)
    ]  # fmt: skip
    disputes = [
        Dispute(
            payment=dice.one(paid), stripe_dispute_id=f"dp_{n}", amount=500, opened_at=dice.moment(),
            status=dice.one(("needs_response", "won", "lost")), withdrawn_amount=dice.one((0, 333, 500)),
            fee_amount=1500 + n, settlement_currency=("GBP", "EUR")[n % 2],
        )
        for n in range(30)
    ]  # fmt: skip
    Refund.objects.bulk_create(refunds)
    Dispute.objects.bulk_create(disputes)


TRIED = [status for status in NotificationStatus if status != NotificationStatus.NOT_SENT]


def _notifications(dice: Dice, bookings: list[Booking]) -> None:
    rows = []
    for n in range(300):
        booking = dice.one(bookings)
        at = dice.one((booking.created_at, dice.moment()))
        rows.append(
            Notification(
                template=dice.one(("hold_ending", "hold_ending", "booking_confirmed")), to="a@example.com",
                about=f"booking:{booking.pk}", dedupe_key=f"n{n}", created_at=at,
                status=(status := dice.one(TRIED)),
                sent_at=dice.later(at) if status == NotificationStatus.SENT else None,
            )
        )  # fmt: skip
    Notification.objects.bulk_create(rows)


def _events(dice: Dice) -> None:
    rows = []
    for n in range(80):
        at = dice.moment()
        rows.append(
            ReceivedEvent(
                event_id=f"evt_{UUID(int=n)}", type="x", livemode=False, created_at=at,
                received_at=(received := dice.later(at)), applied_at=dice.maybe(dice.later(received), 0.8),
            )
        )  # fmt: skip
    ReceivedEvent.objects.bulk_create(rows)


def _activity(dice: Dice, services: list[Service]) -> None:
    rows = []
    for _ in range(600):
        activity, service = dice.one(Activity), dice.one([None, *services])
        played = activity not in FUNNEL
        rows.append(
            ActivityEvent(
                activity=activity, occurred_at=dice.moment(), service_id=service and service.pk,
                object_id=f"film-{dice.random.randint(1, 13)}" if played else "",
                visitor=dice.one(("", "a", "b", "c")), seconds=dice.random.randint(0, 90) if played else 0,
            )
        )  # fmt: skip
    ActivityEvent.objects.bulk_create(rows)
