"""Calendar files and the private feed, each read by two parsers that are not ours."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
import vobject
from django.test import Client
from icalendar import Calendar
from pytest_django import Settings

from payments.domain.reschedule import move_to_session
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.calendar_files import calendar_file, feed, google_link, outlook_link
from portal.bookings.domain.session_changes import cancel_session, move_session
from portal.bookings.domain.transitions import transition
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, CalendarFeed
from portal.bookings.privacy import erase, export
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NAMES = [
    "Siobhán O’Brien-Nuñez", "Łukasz Żółkiewski", "Nguyễn Thị Ánh", "Олена Шевченко", "李小龍", "محمد الحسيني",
    "👵 Nana", "A" * 60, '=HYPERLINK("x")', "＝1+1", "<b>Ann</b>", "{name}", "Ann; Bob, and \\n Carol",
]  # fmt: skip


@pytest.fixture(autouse=True)
def _site(settings: Settings) -> None:
    settings.BASE_URL = "https://care.example"


def read(content: bytes) -> tuple[Any, dict[str, Any]]:
    """The calendar of one event as icalendar reads it, and what vobject reads of the event."""
    calendar = Calendar.from_ical(content)
    [event] = calendar.walk("VEVENT")
    theirs = vobject.readOne(content.decode()).vevent
    other = {name: theirs.contents[name][0].value for name in theirs.contents if name != "valarm"}
    assert (event.start, event.end) == (other["dtstart"], other["dtend"])
    assert all(str(event[name]) == other[name.lower()] for name in ("UID", "SUMMARY", "STATUS", "URL"))
    return calendar, other


def by(user: Any) -> Cause:
    return Cause(Actor.user(user), Source.CAREGIVER)


def booked(start: datetime, end: datetime, zone: str = "Europe/London") -> Booking:
    session = SessionFactory(service=ServiceFactory(name="Respite care", time_zone=zone), starts_at=start, ends_at=end)
    return BookingFactory(session=session)


@time_machine.travel(NOW, tick=False)
def test_a_confirmed_booking_is_an_entry_with_zone_reminder_place_and_link(stripe: FakeGateway) -> None:
    booking = booked(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC))
    pay(booking, stripe)
    calendar, event = read(calendar_file(Booking.objects.get(pk=booking.pk), "Hearth & Hand"))
    address = f"https://care.example/bookings/{booking.reference}/"
    assert calendar["METHOD"] == "PUBLISH"
    assert [zone["TZID"] for zone in calendar.walk("VTIMEZONE")] == ["Europe/London"]
    [alarm] = calendar.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(days=-1))
    expected = {
        "uid": f"{booking.reference}@caregiver-portal",
        "summary": "Respite care (Hearth & Hand)",
        "status": "CONFIRMED",
        "url": address,
        "location": "At your home",
        "sequence": "0",
        "description": f"For Rose Okafor. Booking reference {booking.reference}: {address}",
    }
    assert {name: event[name] for name in expected} == expected  # fmt: skip


@pytest.mark.parametrize(
    ("start", "end", "zone"),
    [
        (datetime(2027, 10, 30, 16, tzinfo=UTC), datetime(2027, 10, 31, 8, tzinfo=UTC), "Europe/London"),
        (datetime(2027, 10, 30, 16, tzinfo=UTC), datetime(2027, 11, 1, 16, tzinfo=UTC), "Europe/London"),
        (datetime(2027, 1, 20, 18, tzinfo=UTC), datetime(2027, 1, 20, 21, tzinfo=UTC), "America/Los_Angeles"),
        (datetime(2027, 1, 20, 4, 15, tzinfo=UTC), datetime(2027, 1, 20, 7, 15, tzinfo=UTC), "Asia/Kathmandu"),
        (datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2028, 2, 29, 13, tzinfo=UTC), "Europe/London"),
        (datetime(2026, 12, 31, 17, tzinfo=UTC), datetime(2027, 1, 1, 8, tzinfo=UTC), "Europe/London"),
        (datetime(2026, 11, 23, 18, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC), "Europe/London"),
        (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 2, 30, tzinfo=UTC), "Europe/London"),
        (datetime(2027, 10, 31, 1, 30, tzinfo=UTC), datetime(2027, 10, 31, 3, tzinfo=UTC), "Europe/London"),
    ],
    ids=[
        "overnight at the end of summer time", "48 hours", "Los Angeles", "Kathmandu", "29 February",
        "New Year's night", "until midnight", "half past one, first", "half past one, second",
    ],
)  # fmt: skip
def test_every_time_is_read_as_the_moment_that_it_is(start: datetime, end: datetime, zone: str) -> None:
    with time_machine.travel(NOW):
        event = Calendar.from_ical(calendar_file(booked(start, end, zone), "H")).walk("VEVENT")[0]
    assert (event.start.astimezone(UTC), event.end.astimezone(UTC)) == (start, end)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_read_as_it_was_written(name: str) -> None:
    booking = BookingFactory(care_recipient=CareRecipientFactory(full_name=name))
    content = calendar_file(booking, "H")
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    said = f"For {name}. Booking reference"
    calendar = Calendar.from_ical(content)
    assert str(calendar.walk("VEVENT")[0]["DESCRIPTION"]).startswith(said)
    assert vobject.readOne(content.decode()).vevent.description.value.startswith(said)


def test_a_line_break_in_a_name_makes_no_line_of_the_file() -> None:
    booking = BookingFactory(care_recipient=CareRecipientFactory(full_name="Ann\r\nATTENDEE:mailto:x@example.org"))
    content = calendar_file(booking, "H")
    assert b"\r\nATTENDEE" not in content
    assert "attendee" not in vobject.readOne(content.decode()).vevent.contents


Change = Callable[[Booking], object]


def _to_another_session(booking: Booking) -> None:
    target = SessionFactory(service=booking.session.service, starts_at=booking.session.starts_at + timedelta(days=1))
    cause = by(booking.caregiver.user)
    move_to_session(booking.pk, from_session=booking.session_id, to_session=target.pk, cause=cause)


def _with_its_session(booking: Booking) -> None:
    start = booking.session.starts_at
    move_session(
        booking.session_id, seen_starts_at=start, starts_at=start + timedelta(hours=1), cause=by(UserFactory())
    )


def _cancelled(booking: Booking) -> None:
    transition(booking.pk, to=BookingStatus.CANCELLED, cause=by(booking.caregiver.user))


def _session_cancelled(booking: Booking) -> None:
    cancel_session(booking.session_id, cause=by(UserFactory()))


@pytest.mark.parametrize(
    ("change", "method", "status"),
    [
        (_to_another_session, "PUBLISH", "CONFIRMED"),
        (_with_its_session, "PUBLISH", "CONFIRMED"),
        (_cancelled, "CANCEL", "CANCELLED"),
        (_session_cancelled, "CANCEL", "CANCELLED"),
    ],
)
def test_each_change_is_newer_and_has_the_same_uid(
    stripe: FakeGateway, change: Change, method: str, status: str
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        booking = booked(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC))
        pay(booking, stripe)
        booking = Booking.objects.get(pk=booking.pk)
        _, before = read(calendar_file(booking, "H"))
        clock.shift(60)
        change(booking)
        booking = Booking.objects.get(pk=booking.pk)
        calendar, after = read(calendar_file(booking, "H"))
    assert (after["uid"], int(before["sequence"]), int(after["sequence"])) == (before["uid"], 0, 600)
    assert (str(calendar["METHOD"]), after["status"]) == (method, status)
    assert after["dtstart"].astimezone(UTC) == booking.session.starts_at
    assert len(calendar.walk("VALARM")) == (status == "CONFIRMED")


def test_the_file_of_a_cancelled_booking_can_be_fetched_and_is_offered(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    _cancelled(booking)
    client = signed_in(booking.caregiver.user)
    page = client.get(f"/bookings/{booking.reference}/").content.decode()
    assert (f"/bookings/{booking.reference}/calendar.ics" in page, "calendar.google.com" in page) == (True, False)
    assert b"METHOD:CANCEL" in client.get(f"/bookings/{booking.reference}/calendar.ics").content


def test_links_elsewhere_name_nobody() -> None:
    with time_machine.travel(NOW):
        booking = booked(datetime(2026, 11, 23, 10, tzinfo=UTC), datetime(2026, 11, 23, 13, tzinfo=UTC))
    google, outlook = (parse_qs(urlsplit(link(booking)).query) for link in (google_link, outlook_link))
    assert (google["dates"], google["text"]) == (["20261123T100000Z/20261123T130000Z"], ["Respite care"])
    assert (outlook["startdt"], outlook["subject"]) == (["2026-11-23T10:00:00Z"], ["Respite care"])
    assert "Okafor" not in google_link(booking) + outlook_link(booking)


def test_links_elsewhere_carry_no_address_of_a_visit_at_home(stripe: FakeGateway) -> None:
    booking = BookingFactory(session__service__at_home=True)
    type(booking.care_recipient).objects.update(address_line_1="1 Mill Lane", town="Bath", postcode="BA1 1AA")
    pay(booking, stripe)
    stored = Booking.objects.with_details().get(pk=booking.pk)
    assert stored.where == "1 Mill Lane, Bath, BA1 1AA"
    assert "Mill" not in google_link(stored) + outlook_link(stored)


class TestFeed:
    def address(self, client: Client) -> str:
        page = client.post("/calendar/").content.decode()
        return page.split("<code", 1)[1].split(">", 1)[1].split("<", 1)[0].removeprefix("https://care.example")

    def test_it_has_times_and_links_alone(self, stripe: FakeGateway) -> None:
        booking = BookingFactory(notes="Door code 1234", session__service__at_home=True)
        type(booking.care_recipient).objects.update(address_line_1="1 Mill Lane", town="Bath", postcode="BA1 1AA")
        pay(booking, stripe)
        content = Client().get(self.address(signed_in(booking.caregiver.user))).content
        _, event = read(content)
        assert (event["summary"], event["url"]) == (
            "Care booking",
            f"https://care.example/bookings/{booking.reference}/",
        )
        text = content.replace(b"\r\n ", b"").decode()
        assert not [
            word
            for word in ("Rose", "Okafor", "Door code", "At your home", "Mill Lane", "Bath", "LOCATION")
            if word in text
        ]

    def test_what_has_not_changed_is_not_sent_again(self) -> None:
        booking = BookingFactory()
        address = self.address(signed_in(booking.caregiver.user))
        first = Client().get(address)
        assert first["Cache-Control"] == "private, max-age=900"
        again = Client().get(address, headers={"if-none-match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        _cancelled(booking)
        after = Client().get(address, headers={"if-none-match": first["ETag"]})
        assert (after.status_code, Calendar.from_ical(after.content).walk("VEVENT")) == (200, [])

    def test_a_new_link_ends_the_old_one_and_ending_ends_both(self) -> None:
        client = signed_in(BookingFactory().caregiver.user)
        old, new = self.address(client), self.address(client)
        assert [Client().get(link).status_code for link in (old, new)] == [404, 200]
        client.post("/calendar/end/")
        assert [Client().get(link).status_code for link in (old, new)] == [404, 404]

    def test_its_token_is_kept_nowhere_and_shown_once(self) -> None:
        client = signed_in(BookingFactory().caregiver.user)
        token = self.address(client).removeprefix("/calendar/").removesuffix(".ics")
        assert len(token) == 43
        assert token not in str(CalendarFeed.objects.values_list())
        assert token not in client.get("/calendar/").content.decode()

    def test_it_is_limited_by_link(self, settings: Settings) -> None:
        settings.LIMITS = {**settings.LIMITS, "calendar": "2/h/account,600/m/client"}
        address = self.address(signed_in(BookingFactory().caregiver.user))
        assert [Client().get(address).status_code for _ in range(3)] == [200, 200, 429]

    def test_it_is_bounded_and_costs_the_same_for_many_bookings(
        self, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch, settings: Settings
    ) -> None:
        settings.BOOKING_MAX_OPEN_HOLDS = 4
        first = BookingFactory()
        for _ in range(3):
            BookingFactory(care_recipient=CareRecipientFactory(caregiver=first.caregiver))
        monkeypatch.setattr("home.views.calendar.MOST", 3)
        address = self.address(signed_in(first.caregiver.user))
        with django_assert_num_queries(3):
            content = Client().get(address).content
        assert len(Calendar.from_ical(content).walk("VEVENT")) == 3

    def test_it_is_in_the_data_copy_and_goes_with_the_account(self) -> None:
        user = BookingFactory().caregiver.user
        address = self.address(signed_in(user))
        assert list(export(user)[-1]) == ["calendar_link_made"]
        erase(user)
        assert Client().get(address).status_code == 404

    def test_an_empty_one_is_a_calendar_too(self) -> None:
        assert Calendar.from_ical(feed([], "H"))["METHOD"] == "PUBLISH"
