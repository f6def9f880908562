"""`python -m ops.bench.writes SECONDS`: books and pays through the domain for that long; prints {"moves": n, …}.

`python -m ops.bench.writes --lag TIMES`: how long until a new booking is in the figures; prints {"lags": [seconds]}.
"""

import json
import random
import sys
import time
from collections.abc import Iterator
from typing import Any

import django


def main(arguments: list[str]) -> None:
    """One of the two."""
    django.setup()
    from portal.bookings.models import Service

    Service.objects.filter(active=False).update(active=True)
    places = _places()
    if arguments[0] == "--lag":
        print(json.dumps({"lags": [_lag(places) for _ in range(int(arguments[1]))]}))
        return
    _book_and_pay(places)  # warm
    began, moves = time.perf_counter(), 0
    while time.perf_counter() - began < float(arguments[0]):
        moves += _book_and_pay(places)
    print(json.dumps({"moves": moves, "seconds": time.perf_counter() - began}))


def _places() -> Iterator[tuple[Any, Any]]:
    """A session with a free place and somebody to book it for, again and again."""
    from portal.bookings.models import Session
    from portal.caregivers.models import CareRecipient

    sessions = list(Session.objects.bookable().order_by("?")[:2000])
    people = list(CareRecipient.objects.select_related("caregiver__user").order_by("-pk")[:20_000])
    while True:
        yield random.choice(sessions), random.choice(people)


def _book(places: Iterator[tuple[Any, Any]]) -> Any:
    from payments.domain.checkout import book
    from portal.audit.actor import Actor, Source
    from portal.bookings.errors import BookingError

    while True:
        session, person = next(places)
        try:
            return book(
                session=session, caregiver=person.caregiver, care_recipient=person,
                by=Actor.user(person.caregiver.user), source=Source.CAREGIVER,
            )  # fmt: skip
        except BookingError:
            continue  # somebody took the last place


def _book_and_pay(places: Iterator[tuple[Any, Any]]) -> int:
    """One booking with its payment, moved as a webhook moves them; how many changes of state."""
    from payments.domain import transitions
    from payments.enums import PaymentStatus
    from portal.audit.actor import Actor, Source
    from portal.bookings.domain.transitions import move
    from portal.bookings.enums import BookingStatus

    booking = _book(places)
    payment = booking.payments.get()
    for status in (PaymentStatus.PROCESSING, PaymentStatus.SUCCEEDED):
        transitions.move(payment.pk, to=status, by=Actor.stripe(), source=Source.WEBHOOK)
    move(booking.pk, to=BookingStatus.CONFIRMED, by=Actor.stripe(), source=Source.WEBHOOK)
    return 4


def _lag(places: Iterator[tuple[Any, Any]]) -> float:
    """Seconds from a booking's commit until the roll-ups count it."""
    from django.db.models import Sum

    from insights.rollups.models import DailyFigures
    from portal.common import clock

    time.sleep(random.uniform(0, 4))
    today = DailyFigures.objects.filter(day=clock.reporting_day(clock.now()))
    before = today.aggregate(made=Sum("booked"))["made"] or 0
    _book(places)
    committed = time.perf_counter()
    while (today.aggregate(made=Sum("booked"))["made"] or 0) <= before:
        if time.perf_counter() - committed > 60:
            raise SystemExit("a booking was not counted within a minute")
        time.sleep(0.05)
    return time.perf_counter() - committed


if __name__ == "__main__":
    main(sys.argv[1:])
