"""Price and cancellation terms in sentences: from the booking's snapshot, as dates."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from portal.bookings.domain.policy import RefundStep, refund_steps
from portal.bookings.models import Booking, CancellationWindow
from portal.bookings.terms import cancellation_sentences, free_to_cancel, terms_of_booking, terms_of_session
from portal.common import clock
from tests.factories import BookingFactory, ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 30, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _ten_days_before() -> Iterator[None]:
    with time_machine.travel(START - timedelta(days=10), tick=False):
        yield


def sentences(*windows: tuple[int, int], zone: str = "Europe/London") -> list[str]:
    policy = [{"hours_before": hours, "refund_percent": percent} for hours, percent in windows]
    session = SessionFactory(service=ServiceFactory(time_zone=zone), starts_at=START)
    return cancellation_sentences(refund_steps(policy, START), session)


def test_full_then_half_then_nothing() -> None:
    assert sentences((48, 100), (24, 50)) == [
        "Free to cancel until 9am on Saturday 28 November.",
        "From then until 9am on Sunday 29 November, we’ll refund half of what you’ve paid.",
        "After that, we can’t refund it.",
    ]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ((), ["If you cancel, we can’t refund what you’ve paid."]),
        (((24, 0),), ["If you cancel, we can’t refund what you’ve paid."]),
        (((0, 100),), ["Free to cancel until 9am on Monday 30 November."]),
        (
            ((24, 80),),
            [
                "Cancel by 9am on Sunday 29 November and we’ll refund 80% of what you’ve paid.",
                "After that, we can’t refund it.",
            ],
        ),
        (
            ((72, 100), (48, 100)),
            ["Free to cancel until 9am on Saturday 28 November.", "After that, we can’t refund it."],
        ),
        (
            ((300, 100), (24, 30)),
            [
                "Cancel by 9am on Sunday 29 November and we’ll refund 30% of what you’ve paid.",
                "After that, we can’t refund it.",
            ],
        ),
    ],
)
def test_other_policies(windows: tuple[tuple[int, int], ...], expected: list[str]) -> None:
    assert sentences(*windows) == expected


def test_the_zone_is_said_where_it_is_another() -> None:
    assert sentences((48, 100), zone="Asia/Kathmandu")[0] == (
        "Free to cancel until 2:45pm on Saturday 28 November (GMT+5:45)."
    )


def test_the_steps_agree_with_what_a_cancellation_refunds() -> None:
    policy = [{"hours_before": 72, "refund_percent": 50}, {"hours_before": 24, "refund_percent": 100}]
    assert refund_steps(policy, START) == [
        RefundStep(START - timedelta(hours=72), 50),
        RefundStep(START - timedelta(hours=24), 100),
    ]


def test_free_to_cancel_is_said_only_while_it_is() -> None:
    session = SessionFactory(starts_at=START)
    steps = [RefundStep(START - timedelta(hours=48), 100), RefundStep(START - timedelta(hours=24), 50)]
    assert free_to_cancel(steps, session) == "Free to cancel until 9am on Saturday 28 November."
    with time_machine.travel(START - timedelta(hours=30), tick=False):
        assert free_to_cancel(steps, session) == ""


def test_a_bookings_terms_are_its_own_whatever_the_service_says_now() -> None:
    booking = BookingFactory(session=SessionFactory(starts_at=START))
    CancellationWindow.objects.all().delete()
    type(booking.session.service).objects.update(price_amount=9900)
    terms = terms_of_booking(Booking.objects.with_details().get())
    assert (terms.price, terms.deposit, terms.balance, terms.currency) == (4500, 1125, 3375, "GBP")
    assert terms.cancellation[0] == "Free to cancel until 9am on Friday 27 November."


def test_after_we_moved_it_cancelling_is_free_until_the_start() -> None:
    booking = BookingFactory(session=SessionFactory(starts_at=START))
    Booking.objects.update(terms_waived_at=clock.now())
    terms = terms_of_booking(Booking.objects.with_details().get(pk=booking.pk))
    assert terms.cancellation == ["Free to cancel until 9am on Monday 30 November."]


def test_before_booking_they_are_the_services() -> None:
    session = SessionFactory(starts_at=START)
    terms = terms_of_session(session, session.service.policy())
    assert (terms.price, terms.deposit, terms.balance) == (4500, 1125, 3375)
    assert terms.cancellation_text.startswith("Free to cancel until 9am on Friday 27 November. From then until")
