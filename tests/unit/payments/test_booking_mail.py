"""What emails about bookings say besides their words: times as they are, money as it stands, a calendar file."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core import mail
from icalendar import Calendar

from payments.domain import notify
from payments.domain.cancellation import cancel
from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.enums import Purpose
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Service, Session
from portal.caregivers.models import CareRecipient
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.unit.portal.notifications.test_design import read

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def sent(template: str) -> tuple[str, str]:
    """Text and what is read of the HTML of the one email of this template, sent now."""
    Notification.objects.exclude(template=template).delete()
    send_waiting()
    [email] = mail.outbox
    return str(email.body), read(str(email.alternatives[0][0])).text  # type: ignore[union-attr]


def entry() -> Calendar:
    """The calendar file of the one email that was sent."""
    [email] = mail.outbox
    [attachment] = email.attachments
    name, content, kind = attachment  # type: ignore[misc]
    assert (str(name).endswith(".ics"), kind) == (True, "text/calendar")
    return Calendar.from_ical(content)


def pay(booking: Booking, stripe: FakeGateway, purpose: Purpose = Purpose.DEPOSIT) -> None:
    apply_intent(stripe.pay(str(open_checkout(booking, purpose).payment.intent_id)), cause())


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    pay(booking, stripe)
    return Booking.objects.get(pk=booking.pk)


def test_a_paid_deposit_and_the_confirmation_are_one_email(confirmed: Booking) -> None:
    assert list(Notification.objects.values_list("template", flat=True)) == ["booking_confirmed"]
    text, html = sent("booking_confirmed")
    for words in (text, html):
        assert "We’ve received your deposit of £11.25. Your receipt is with your booking." in words
    assert "Price: £45.00\nDeposit: £11.25, paid\nBalance: £33.75, due before the session\nCancelling: " in text
    assert f"Booking reference: {confirmed.reference}\n" in text
    assert "Price £45.00 Deposit £11.25, paid Balance £33.75, due before the session" in html


def test_a_booking_without_a_deposit_is_confirmed_without_a_word_of_one() -> None:
    booking = BookingFactory()
    Booking.objects.update(deposit_amount=0)
    Notification.objects.all().delete()
    notify.booking_confirmed(Booking.objects.get(pk=booking.pk))
    text, _ = sent("booking_confirmed")
    assert ("eposit" in text, "Balance: £45.00, due before the session" in text) == (False, True)


def test_a_paid_balance_is_paid_in_the_table(confirmed: Booking, stripe: FakeGateway) -> None:
    pay(confirmed, stripe, Purpose.BALANCE)
    text, _ = sent("balance_received")
    assert "Deposit: £11.25, paid\nBalance: £33.75, paid\n" in text


def test_a_balance_with_the_bank_is_not_due(confirmed: Booking, stripe: FakeGateway) -> None:
    payment = open_checkout(confirmed, Purpose.BALANCE).payment
    payment.status = "processing"
    payment.save(update_fields=["status"])
    notify.booking_moved(confirmed)
    text, _ = sent("booking_moved")
    assert "Balance: £33.75, being processed\n" in text


@pytest.mark.parametrize(
    ("zone", "start", "hours", "when"),
    [
        # The three cases that the first release got wrong, and their neighbours.
        (
            "Europe/London", datetime(2027, 10, 30, 16, tzinfo=UTC), 16,
            "Saturday 30 October 2027, 5pm BST to 8am GMT on Sunday 31 October",
        ),
        (
            "Europe/London", datetime(2027, 2, 5, 17, tzinfo=UTC), 48,
            "Friday 5 February 2027, 5pm to 5pm on Sunday 7 February",
        ),
        (
            "America/Los_Angeles", datetime(2027, 1, 20, 18, tzinfo=UTC), 3,
            "Wednesday 20 January 2027, 10am to 1pm (PST)",
        ),
        (
            "Asia/Kathmandu", datetime(2027, 1, 20, 4, 15, tzinfo=UTC), 3,
            "Wednesday 20 January 2027, 10am to 1pm (GMT+5:45)",
        ),
        (
            "Europe/London", datetime(2027, 12, 31, 22, tzinfo=UTC), 10,
            "Friday 31 December 2027, 10pm to 8am on Saturday 1 January 2028",
        ),
        ("Europe/London", datetime(2028, 2, 29, 21, tzinfo=UTC), 3, "Tuesday 29 February 2028, 9pm to midnight"),
    ],
)  # fmt: skip
def test_times_are_right_in_text_and_html(
    confirmed: Booking, zone: str, start: datetime, hours: int, when: str
) -> None:
    session = confirmed.session
    type(session.service).objects.update(time_zone=zone)
    Session.objects.update(starts_at=start, ends_at=start + timedelta(hours=hours))
    notify.booking_moved(Booking.objects.with_details().get(pk=confirmed.pk))
    text, html = sent("booking_moved")
    assert f"When: {when}\n" in text
    assert f"When {when} For" in html


def test_a_hold_in_another_zone_ends_at_a_time_with_its_zone(stripe: FakeGateway) -> None:
    with time_machine.travel(NOW, tick=False):
        booking = BookingFactory()
        type(booking.session.service).objects.update(time_zone="Asia/Kathmandu")
        notify.hold_ending(Booking.objects.with_details().get(pk=booking.pk))
        text, _ = sent("hold_ending")
    assert "Deposit: £11.25, due by 6:15pm on Friday 20 November (GMT+5:45)\n" in text


def test_the_confirmation_carries_the_calendar_entry_as_it_is_when_it_is_sent(confirmed: Booking) -> None:
    sent("booking_confirmed")
    [event] = entry().walk("VEVENT")
    assert event["UID"] == f"{confirmed.reference}@caregiver-portal"
    assert event.start == confirmed.session.starts_at.replace(microsecond=0)


def test_a_cancelled_hold_has_no_entry_to_take_back(booking: Booking, stripe: FakeGateway) -> None:
    cancel(booking, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))
    sent("booking_cancelled")
    [email] = mail.outbox
    assert email.attachments == []


def test_the_entry_of_a_booking_that_is_gone_does_not_stop_the_email(confirmed: Booking) -> None:
    Notification.objects.update(about="booking:999999")
    sent("booking_confirmed")
    [email] = mail.outbox
    assert email.attachments == []


ADDRESS = {"address_line_1": "12 Orchard Lane", "address_line_2": "Flat 2", "town": "Bristol", "postcode": "BS1 4QA"}
WHERE = "12 Orchard Lane, Flat 2, Bristol, BS1 4QA"


def visited(booking: Booking, **address: str) -> Booking:
    """As it is stored, when the service is given at the person's home."""
    Service.objects.filter(pk=booking.session.service_id).update(at_home=True)
    CareRecipient.objects.filter(pk=booking.care_recipient_id).update(**(address or ADDRESS))
    return Booking.objects.with_details().get(pk=booking.pk)


def test_emails_about_a_visit_at_home_say_its_address(confirmed: Booking) -> None:
    booking = visited(confirmed)
    tell: dict[str, Callable[[], None]] = {
        "booking_confirmed": lambda: notify.booking_confirmed(booking),
        "booking_moved": lambda: notify.booking_moved(booking),
        "session_tomorrow": lambda: notify.session_tomorrow(booking),
    }
    for template, queue in tell.items():
        Notification.objects.all().delete()
        mail.outbox.clear()
        queue()
        text, html = sent(template)
        assert f"Where: {WHERE}\n" in text, template
        assert f"Where {WHERE}" in html, template


def test_the_calendar_file_of_a_visit_at_home_has_its_address(confirmed: Booking) -> None:
    Notification.objects.all().delete()
    notify.booking_confirmed(visited(confirmed))
    sent("booking_confirmed")
    assert str(entry().walk("VEVENT")[0]["LOCATION"]) == WHERE


def test_half_an_address_is_none(confirmed: Booking) -> None:
    assert visited(confirmed, address_line_1="12 Orchard Lane").where == "At your home"


def test_a_service_elsewhere_says_its_own_place(confirmed: Booking) -> None:
    CareRecipient.objects.update(**ADDRESS)
    assert Booking.objects.with_details().get(pk=confirmed.pk).where == "At your home"


@pytest.mark.parametrize("template", ["pay_link", "hold_ending", "payment_failed", "booking_expired"])
def test_no_email_about_a_held_place_says_the_address(booking: Booking, stripe: FakeGateway, template: str) -> None:
    held = visited(booking)
    payment = open_checkout(held).payment
    tell: dict[str, Callable[[], None]] = {
        "pay_link": lambda: notify.pay_link(held),
        "hold_ending": lambda: notify.hold_ending(held),
        "payment_failed": lambda: notify.payment_failed(payment),
        "booking_expired": lambda: notify.booking_expired(held),
    }
    tell[template]()
    text, html = sent(template)
    for words in (text, html, str(Notification.objects.get().context)):
        assert "Orchard Lane, Flat" not in words


def test_a_visit_that_is_over_is_told_without_the_address(confirmed: Booking) -> None:
    booking = visited(confirmed)
    with time_machine.travel(booking.session.starts_at):
        assert booking.where == "At your home"
    booking.status = BookingStatus.CANCELLED
    assert booking.where == "At your home"
