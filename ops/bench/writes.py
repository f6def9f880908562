"""Bookings and payments through the domain, for as long as is asked, and how soon they are counted."""

import random
import time
from collections.abc import Iterator

from django.db.models import Sum

from insights.rollups.models import DailyServiceTotals
from payments.domain import transitions
from payments.domain.checkout import book
from payments.enums import PaymentStatus
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import BookingError
from portal.bookings.models import Booking, Service, Session
from portal.caregivers.models import CareRecipient
from portal.common import clock

Places = Iterator[tuple[Session, CareRecipient]]


def write(seconds: str) -> dict[str, float]:
    """Book and pay for that long: how many changes of state, in how many seconds."""
    places = _places()
    _book_and_pay(places)  # warm
    began, moves = time.perf_counter(), 0
    while time.perf_counter() - began < float(seconds):
        moves += _book_and_pay(places)
    return {"moves": moves, "seconds": time.perf_counter() - began}


def lags(times: str) -> list[float]:
    """Seconds from each of so many bookings until the roll-ups count it."""
    places = _places()
    return [_lag(places) for _ in range(int(times))]


def _places() -> Places:
    """A session with a free place and somebody to book it for, again and again."""
    Service.objects.filter(active=False).update(active=True)
    sessions = list(Session.objects.bookable().order_by("?")[:2000])
    people = list(CareRecipient.objects.select_related("caregiver__user").order_by("-pk")[:20_000])
    while True:
        yield random.choice(sessions), random.choice(people)


def _book(places: Places) -> Booking:
    while True:
        session, person = next(places)
        try:
            cause = Cause(Actor.user(person.caregiver.user), Source.CAREGIVER)
            return book(session=session, caregiver=person.caregiver, care_recipient=person, cause=cause)
        except BookingError:
            continue  # somebody took the last place


def _book_and_pay(places: Places) -> int:
    """One booking with its payment, moved as a webhook moves them; how many changes of state."""
    booking = _book(places)
    payment = booking.payments.get()
    for status in (PaymentStatus.PROCESSING, PaymentStatus.SUCCEEDED):
        transitions.transition(payment.pk, to=status, cause=Cause(Actor.stripe(), Source.WEBHOOK))
    transition(booking.pk, to=BookingStatus.CONFIRMED, cause=Cause(Actor.stripe(), Source.WEBHOOK))
    return 4


def _lag(places: Places) -> float:
    """Seconds from a booking's commit until the roll-ups count it."""
    time.sleep(random.uniform(0, 4))
    today = DailyServiceTotals.objects.filter(day=clock.reporting_day(clock.now()))
    before = today.aggregate(made=Sum("booked"))["made"] or 0
    _book(places)
    committed = time.perf_counter()
    while (today.aggregate(made=Sum("booked"))["made"] or 0) <= before:
        if time.perf_counter() - committed > 60:
            raise SystemExit("a booking was not counted within a minute")
        time.sleep(0.05)
    return time.perf_counter() - committed
