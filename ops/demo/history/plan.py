"""What happened: who booked what when, paid or did not, came or did not. Nothing is written here."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from portal.bookings.enums import HOLDS_PLACE, BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers.models import CareRecipient
from portal.common.clock import midnight

REASONS: Final = ("insufficient_funds", "generic_decline", "expired_card", "incorrect_cvc")
REASON_WEIGHTS: Final = (5, 3, 2, 1)
EXPIRED, CANCELLED, DECLINED, LOOKED_AGAIN = 0.13, 0.08, 0.11, 0.35  # shares
NO_SHOW: Final = 0.06
BY_PHONE, BALANCE_AT_THE_DOOR = 0.02, 0.05  # shares that are paid on the organisation's own card machine


@dataclass(slots=True)
class Story:
    """One booking. `declines` are (when, the bank's reason); `ended_at` is when it got the status it has now.

    `by_phone` deposits were taken on the card machine; `balance_paid_at` is None where the balance was, too. In stories
    `of_an_account` that somebody signs in with, no difference is planted.
    """

    booking: Booking
    declines: list[tuple[datetime, str]] = field(default_factory=list)
    by_phone: bool = False
    paid_at: datetime | None = None
    balance_paid_at: datetime | None = None
    ended_at: datetime | None = None
    refunded: int = 0
    of_an_account: bool = False

    @property
    def over_at(self) -> datetime:
        """When it got its status."""
        return self.ended_at or self.paid_at or self.booking.created_at


class Plan:
    """Chance with a fixed start: every demo has the same months behind it. Times are UTC."""

    def __init__(self, chance: Random, sessions: list[Session], people: list[CareRecipient], moment: datetime) -> None:
        self.chance, self.sessions, self.people, self.moment = chance, sessions, people, moment
        self._starts = [session.starts_at for session in sessions]
        self.held: Counter[int] = Counter()
        self._taken: set[tuple[int, int]] = set()
        self._terms = {s.service_id: s.service.policy() for s in {each.service_id: each for each in sessions}.values()}

    def stories(self, first: date) -> list[Story]:
        """Every booking from `first` until now, the oldest first."""
        made = sorted(self._moments(first))
        return [story for at in made if (story := self._story(at)) is not None]

    def told(
        self, session: Session, person: CareRecipient, status: BookingStatus, *, booked_before: timedelta
    ) -> Story:
        """The story that ends so: paid at once, and the balance the day before where somebody came."""
        booked_at = min(session.starts_at - booked_before, self.moment - timedelta(days=2))
        story = Story(self._booking(booked_at, session, person), of_an_account=True)
        story.paid_at = story.booking.confirmed_at = booked_at + timedelta(minutes=4)
        story.booking.status = status
        if status == BookingStatus.CANCELLED:
            story.ended_at = session.starts_at - timedelta(days=5)
            story.refunded = _returned(story.booking, session.starts_at - story.ended_at)
            return story
        self.held[session.pk] += 1
        if status != BookingStatus.CONFIRMED:
            story.ended_at = session.ends_at
        if status == BookingStatus.COMPLETED:
            story.balance_paid_at = session.starts_at - timedelta(days=1)
        return story

    def _moments(self, first: date) -> Iterator[datetime]:
        day, today = first, self.moment.date()
        while day <= today:
            busy = (8, 7, 7, 6, 6, 3, 3)[day.weekday()] * (0.7 + 0.5 * (day - first).days / ((today - first).days or 1))
            for _ in range(round(busy * self.chance.uniform(0.7, 1.3))):
                at = midnight(day) + timedelta(minutes=self.chance.triangular(7 * 60, 22 * 60, 11 * 60))
                if at < self.moment - timedelta(hours=1):
                    yield at
            day += timedelta(days=1)

    def _story(self, at: datetime) -> Story | None:
        person = self.chance.choice(self.people)
        session = self._session(at, person)
        if session is None:
            return None
        story = Story(self._booking(at, session, person))
        self._go_on(story)
        if story.booking.status in HOLDS_PLACE:
            self.held[session.pk] += 1
            self._taken.add((session.pk, person.pk))
        return story

    def _session(self, at: datetime, person: CareRecipient) -> Session | None:
        """One that starts in the next fortnight; of sessions still to come, some places are left to the visitor."""
        begun = bisect_right(self._starts, at + timedelta(hours=20))
        near = [s for s in self.sessions[begun : begun + 60] if s.starts_at < at + timedelta(days=14)]
        free = [s for s in near if self.held[s.pk] < self._most(s) and (s.pk, person.pk) not in self._taken]
        return self.chance.choice(free) if free else None

    def _most(self, session: Session) -> int:
        return session.capacity if session.starts_at < self.moment else session.capacity // 2

    def _booking(self, at: datetime, session: Session, person: CareRecipient) -> Booking:
        service = session.service
        return Booking(
            session=session,
            caregiver=person.caregiver,
            care_recipient=person,
            price_amount=service.price_amount,
            deposit_amount=service.deposit_amount,
            currency=service.currency,
            policy=self._terms[service.pk],
            hold_minutes=service.hold_minutes,
            created_at=at,
            hold_expires_at=at + timedelta(minutes=service.hold_minutes),
        )

    def _go_on(self, story: Story) -> None:
        booking, chance = story.booking, self.chance
        at = booking.created_at + timedelta(minutes=chance.triangular(1, 20, 3))
        story.by_phone = chance.random() < BY_PHONE
        if not story.by_phone and chance.random() < DECLINED:
            story.declines.append((at, chance.choices(REASONS, REASON_WEIGHTS)[0]))
            at += timedelta(minutes=chance.uniform(1, 5))
        if chance.random() < (LOOKED_AGAIN if story.declines else EXPIRED):
            booking.status, story.ended_at = BookingStatus.EXPIRED, booking.hold_expires_at
            return
        story.paid_at = booking.confirmed_at = at
        booking.status = BookingStatus.CONFIRMED
        self._after_paying(story, at)

    def _after_paying(self, story: Story, paid_at: datetime) -> None:
        booking, chance = story.booking, self.chance
        starts_at, ends_at = booking.session.starts_at, booking.session.ends_at
        given_up = paid_at + (starts_at - paid_at) * chance.random()
        if chance.random() < CANCELLED and given_up < self.moment:
            booking.status, story.ended_at = BookingStatus.CANCELLED, given_up
            story.refunded = _returned(booking, starts_at - given_up)
        elif ends_at < self.moment:
            came = chance.random() > NO_SHOW
            booking.status = BookingStatus.COMPLETED if came else BookingStatus.NO_SHOW
            story.ended_at = ends_at
            if came and chance.random() > BALANCE_AT_THE_DOOR:
                story.balance_paid_at = paid_at + (starts_at - paid_at) * chance.uniform(0.4, 0.95)


def _returned(booking: Booking, notice: timedelta) -> int:
    """What comes back of the deposit by the terms of the booking, minor units."""
    percents = [
        window["refund_percent"] for window in booking.policy if notice >= timedelta(hours=window["hours_before"])
    ]
    return booking.deposit_amount * max(percents, default=0) // 100
