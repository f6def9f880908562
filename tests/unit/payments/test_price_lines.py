"""What a booking's pages say of price, deposit, balance and terms, and of the time that is left to pay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import translation

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.enums import Purpose
from payments.price_lines import price_of
from payments.queries import minutes_left_forms, row, seconds_left
from payments.samples import sample_row
from portal.bookings.models import Booking, CancellationWindow
from portal.common import clock
from tests.factories import BookingFactory, ServiceFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
START = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
NOW = START - timedelta(days=10)


@pytest.fixture(autouse=True)
def _ten_days_before() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


def made(**service: object) -> Booking:
    booking = BookingFactory(session=SessionFactory(service=ServiceFactory(**service), starts_at=START))
    return loaded(booking)


def loaded(booking: Booking) -> Booking:
    return Booking.objects.with_details().prefetch_related("payments").get(pk=booking.pk)


def lines(booking: Booking) -> list[tuple[str, int]]:
    return [(line.label, line.amount) for line in price_of(booking).lines]


def test_each_state_says_what_is_paid_and_what_is_due_when(stripe: FakeGateway) -> None:
    booking = made()
    due = "Balance, due by 9am on Monday 30 November"
    assert lines(booking) == [("Price", 4500), ("Deposit to pay now", 1125), (due, 3375)]
    intent = open_checkout(booking).intent
    apply_intent(stripe.set(intent.id, status="processing"), cause())
    assert lines(loaded(booking))[1] == ("Deposit, being processed", 1125)
    pay(booking, stripe)
    assert lines(loaded(booking))[1:] == [("Deposit paid", 1125), (due, 3375)]
    balance = open_checkout(loaded(booking), Purpose.BALANCE).intent
    apply_intent(stripe.set(balance.id, status="processing"), cause())
    assert lines(loaded(booking))[2] == ("Balance, being processed", 3375)
    apply_intent(stripe.pay(balance.id), cause())
    assert lines(loaded(booking))[1:] == [("Deposit paid", 1125), ("Balance paid", 3375)]


def test_a_place_that_was_released_promises_nothing(stripe: FakeGateway) -> None:
    booking = made()
    Booking.objects.update(status="expired")
    assert lines(loaded(booking)) == [("Price", 4500), ("Deposit", 1125), ("Balance", 3375)]
    assert price_of(loaded(booking)).cancellation == []


def test_the_whole_price_as_deposit_leaves_no_balance(stripe: FakeGateway) -> None:
    assert lines(made(deposit_value=10_000)) == [("Price", 4500), ("Deposit to pay now", 4500)]


def test_pages_show_the_terms_of_the_booking_and_not_of_the_service(stripe: FakeGateway) -> None:
    booking = made()
    CancellationWindow.objects.all().delete()
    type(booking.session.service).objects.update(price_amount=9900)
    client = signed_in(booking.caregiver.user)
    pay_page = client.get(f"/deposit/{booking.reference}/").content.decode()
    pay(booking, stripe)
    shown = [
        client.get(f"/{path}/{booking.reference}/").content.decode() for path in ("deposit", "balance", "bookings")
    ]
    for page in (pay_page, *shown):
        assert "Free to cancel until 9am on Friday 27 November." in page
        assert "£45.00" in page
        assert "£99.00" not in page


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(1, 1), (59, 1), (60, 1), (61, 2), (1800, 30), (3600, 60), (3601, None), (86_400, None)]
)
def test_the_minutes_that_are_left_are_never_none_at_all(seconds: int, minutes: int | None) -> None:
    assert replace(sample_row(), hold_seconds_left=seconds).hold_minutes_left == minutes


def test_the_seconds_are_the_servers_and_not_negative(stripe: FakeGateway) -> None:
    booking = made()
    assert (seconds_left(booking), row(booking).hold_seconds_left) == (1800, 1800)
    with time_machine.travel(NOW + timedelta(minutes=29, seconds=59.5), tick=False):
        assert (seconds_left(booking), row(booking).hold_minutes_left) == (1, 1)
    with time_machine.travel(NOW + timedelta(minutes=31), tick=False):
        assert (seconds_left(booking), row(booking).hold_minutes_left) == (0, None)


def test_the_page_asks_the_server_how_many_seconds_are_left(stripe: FakeGateway) -> None:
    booking = made()
    client = signed_in(booking.caregiver.user)
    client.get(f"/deposit/{booking.reference}/")
    address = f"/deposit/{booking.reference}/status.json"
    assert client.get(address).json() == {"state": "waiting", "payment": "pending", "seconds_left": 1800}
    Booking.objects.update(hold_expires_at=clock.now())
    assert client.get(address).json() == {"state": "waiting", "payment": "pending"}


def test_more_time_is_json_for_the_pages_script_and_a_page_for_others(stripe: FakeGateway) -> None:
    booking = made()
    client = signed_in(booking.caregiver.user)
    said = client.post(f"/deposit/{booking.reference}/extend/", headers={"Accept": "application/json"}).json()
    assert said == {
        "message": "We’ll now hold your place until 10am.",
        "until": "10am",
        "seconds_left": 3600,
    }
    again = client.post(f"/deposit/{booking.reference}/extend/", headers={"Accept": "application/json"})
    assert (again.status_code, list(again.json())) == (409, ["error"])
    assert Client().post(f"/deposit/{booking.reference}/extend/").status_code == 302


@pytest.mark.parametrize(
    ("language", "categories"), [("en-gb", {"one", "other"}), ("ar", {"one", "two", "few", "many"})]
)
def test_the_scripts_plurals_are_those_of_the_language(language: str, categories: set[str]) -> None:
    with translation.override(language):
        forms = minutes_left_forms()
    assert set(forms) == categories
    if language == "en-gb":
        assert forms == {"one": "{count} minute left.", "other": "{count} minutes left."}
