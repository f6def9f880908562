"""Choosing a time on the booking page: the month, a day's times, what narrows them, and what survives on the way."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import Mock, patch
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.bookings.models import Booking, Service, Session
from portal.caregivers.models import CareRecipient
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory
from tests.pages import Elements, signed_in

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def person() -> CareRecipient:
    return CareRecipientFactory()


@pytest.fixture
def client(person: CareRecipient) -> Client:
    return signed_in(person.caregiver.user)


@pytest.fixture
def service() -> Service:
    return ServiceFactory(name="Respite", slug="respite")


def session_at(service: Service, day: int, hour: int = 10, *, month: int = 12, held: int = 0) -> Session:
    return SessionFactory(service=service, starts_at=datetime(2026, month, day, hour, tzinfo=UTC), held=held)


def page_of(client: Client, query: str) -> str:
    response = client.get(f"/book/?{query}")
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def offered(page: str) -> list[str]:
    radios = [field for field in Elements(page).all("input") if field.get("name") == "session"]
    return [radio["value"] for radio in radios if "disabled" not in radio]


def days(page: str) -> list[str]:
    """The names of the days that can be chosen."""
    return [link["aria-label"] for link in Elements(page).all("a") if link.get("class") == "calendar__day"]


def test_the_month_shows_free_and_full_days(client: Client, service: Service) -> None:
    session_at(service, 3)
    session_at(service, 3, 14)
    session_at(service, 4, held=4)
    page = page_of(client, "service=respite&month=2026-12")
    assert days(page) == ["Thursday 3 December, 8 free places"]
    assert "Friday 4 December, full" in page
    assert ">December 2026</h2>" in page


def test_it_opens_at_the_month_of_the_next_free_session(client: Client, service: Service) -> None:
    session_at(service, 15, month=12)
    page = page_of(client, "service=respite")
    assert days(page) == ["Tuesday 15 December, 4 free places"]
    assert "Next free: Tue 15 December, 10am to 1pm" in page


def test_a_day_shows_all_its_times_with_full_ones_as_full(client: Client, service: Service) -> None:
    free, full = session_at(service, 3), session_at(service, 3, 14, held=4)
    session_at(service, 4)
    page = page_of(client, "service=respite&day=2026-12-03")
    assert offered(page) == [str(free.pk)]
    assert "2 sessions on Thursday 3 December." in page
    assert re.search(rf'value="{full.pk}"[^>]* disabled', page)
    assert "Full." in page


def test_the_last_place_that_one_holds_can_be_chosen_again_and_leads_to_its_deposit(
    client: Client, service: Service, person: CareRecipient
) -> None:
    mine, anothers = session_at(service, 3), session_at(service, 3, 14)
    booking = BookingFactory(session=mine, caregiver=person.caregiver, care_recipient=person)
    BookingFactory(session=anothers)
    Session.objects.update(held=4)
    page = page_of(client, "service=respite&day=2026-12-03")
    assert offered(page) == [str(mine.pk)]
    assert "We’re holding a place in this session for you." in page
    again = {"service": "respite", "session": mine.pk, "care_recipient": person.pk}
    assert client.post("/book/", again)["Location"] == f"/deposit/{booking.reference}/"


def test_each_time_says_until_when_cancelling_is_free(client: Client, service: Service) -> None:
    session_at(service, 10)
    assert "4 places left. Free to cancel until 10am on Monday 7 December." in page_of(client, "service=respite")


@pytest.mark.parametrize(
    ("narrowing", "expected"),
    [
        ("weekday=4", [3, 10]),
        ("weekday=5", [4]),
        ("weekday=4&weekday=5", [3, 4, 10]),
        ("part=morning", [3, 10]),
        ("part=evening", [4]),
        ("weekday=4&part=evening", []),
        ("weekday=9", [3, 4, 10]),
        ("part=night", [3, 4, 10]),
    ],
)
def test_weekday_and_part_of_the_day_narrow_the_times(
    client: Client, service: Service, narrowing: str, expected: list[int]
) -> None:
    sessions = {day: session_at(service, day, hour) for day, hour in ((3, 10), (4, 18), (10, 9))}
    page = page_of(client, f"service=respite&{narrowing}")
    assert offered(page) == [str(sessions[day].pk) for day in expected]
    assert len(days(page)) == len(expected)


def test_the_part_of_the_day_is_the_services_own(client: Client) -> None:
    abroad = ServiceFactory(slug="abroad", time_zone="America/Los_Angeles")
    morning = session_at(abroad, 3, 17)  # 9am there
    assert offered(page_of(client, "service=abroad&part=morning")) == [str(morning.pk)]
    assert "Times are in PST." in page_of(client, "service=abroad")


def test_a_session_late_in_the_evening_belongs_to_the_services_day(client: Client) -> None:
    abroad = ServiceFactory(slug="abroad", time_zone="America/Los_Angeles")
    session_at(abroad, 3, 5)  # 9pm on the second
    assert days(page_of(client, "service=abroad")) == ["Wednesday 2 December, 4 free places"]


def test_nothing_that_fits_leads_back_to_everything(client: Client, service: Service) -> None:
    session_at(service, 3)
    page = page_of(client, "service=respite&part=evening")
    assert "No free places on those days and times." in page
    assert '<a href="/book/?service=respite' in page


def test_weeks_that_are_over_are_left_out(client: Client, service: Service) -> None:
    session_at(service, 30, 15, month=11)
    page = page_of(client, "service=respite&month=2026-11")
    assert days(page) == ["Monday 30 November, 4 free places"]
    assert page.count("<tr>") == 2


def test_months_turn_between_this_one_and_the_last_session(client: Client, service: Service) -> None:
    session_at(service, 3)
    session_at(service, 8, month=12)
    SessionFactory(service=service, starts_at=datetime(2027, 1, 5, 10, tzinfo=UTC))
    first, last = page_of(client, "service=respite&month=2026-11"), page_of(client, "service=respite&month=2027-01")
    assert "Previous month" not in first
    assert "month=2026-12" in first
    assert "Next month" not in last
    assert "month=2026-12" in last


@pytest.mark.parametrize(
    "query",
    [
        "month=2020-01",
        "month=9999-12",
        "month=x",
        "day=2026-02-30",
        "day=1900-01-01",
        "day=9999-12-31",
        "day=0001-01-01",
        "session=x",
        "person=y",
    ],
)
def test_a_strange_address_shows_the_page(client: Client, service: Service, query: str) -> None:
    session_at(service, 3)
    assert "Book a session" in page_of(client, f"service=respite&{query}")


def test_a_session_in_the_address_is_chosen_with_its_terms(client: Client, service: Service) -> None:
    chosen = session_at(service, 10)
    session_at(service, 3)
    page = page_of(client, f"service=respite&session={chosen.pk}")
    assert offered(page) == [str(chosen.pk)]
    assert re.search(rf'value="{chosen.pk}"[^>]* checked', page)
    assert "<dt>Deposit now</dt><dd>£11.25</dd>" in page
    assert "<dt>Balance, due before the session</dt><dd>£33.75</dd>" in page
    assert (
        "Free to cancel until 10am on Monday 7 December. From then until 10am on Wednesday 9 December, we’ll refund "
        "half of what you’ve paid. After that, we can’t refund it." in page
    )


def test_one_person_is_chosen_already(client: Client, person: CareRecipient) -> None:
    ServiceFactory()
    assert re.search(rf'<option value="{person.pk}" selected>', page_of(client, ""))


def test_of_two_people_none_is_chosen(client: Client, person: CareRecipient) -> None:
    ServiceFactory()
    CareRecipientFactory(caregiver=person.caregiver, full_name="Ada Okafor")
    assert not re.search(r'<option value="\d+" selected>', page_of(client, ""))


class TestWhatIsTyped:
    """Is there again after a detour."""

    def typed(self, session: Session, person: CareRecipient | None = None, **pressed: str) -> dict[str, str]:
        form = {"service": session.service.slug, "session": str(session.pk), "notes": "Stairs", **pressed}
        return {**form, "care_recipient": str(person.pk)} if person else form

    def test_after_adding_a_person_who_is_then_chosen(self, client: Client, service: Service) -> None:
        session = session_at(service, 3)
        to_person = client.post("/book/", self.typed(session, add_person="1"))["Location"]
        assert urlsplit(to_person).path == "/people/add/"
        [following] = parse_qs(urlsplit(to_person).query)["next"]
        back = client.post(to_person, {"full_name": "Ada Okafor", "next": following})["Location"]
        page = " ".join(client.get(back).content.decode().split())
        ada = CareRecipient.objects.get(full_name="Ada Okafor")
        assert re.search(rf'<option value="{ada.pk}" selected>', page)
        assert re.search(rf'value="{session.pk}"[^>]* checked', page)
        assert ">\nStairs</textarea>" in client.get(back).content.decode()

    def test_after_signing_in_again(self, service: Service, person: CareRecipient) -> None:
        session, stranger = session_at(service, 3), Client()
        answer = stranger.post("/book/", self.typed(session, person))
        sign_in = urlsplit(answer["Location"])
        assert sign_in.path == "/accounts/login/"
        [following] = parse_qs(sign_in.query)["next"]
        stranger.force_login(person.caregiver.user, "django.contrib.auth.backends.ModelBackend")
        assert stranger.session["booking_draft"]["notes"] == "Stairs"
        assert f"session={session.pk}" in following

    def test_after_asking_for_a_services_dates(self, client: Client, service: Service) -> None:
        session = session_at(service, 3)
        answer = client.post("/book/", self.typed(session, show="1"))
        assert answer["Location"] == "/book/?service=respite&resume=1"
        assert ">\nStairs</textarea>" in client.get(answer["Location"]).content.decode()

    def test_is_gone_once_it_is_booked(self, client: Client, service: Service, person: CareRecipient) -> None:
        session = session_at(service, 10)
        client.post("/book/", self.typed(session, show="1"))
        client.post("/book/", self.typed(session, person))
        assert "Stairs" not in page_of(client, "service=respite&resume=1")

    def test_is_not_taken_up_unasked(self, client: Client, service: Service) -> None:
        client.post("/book/", self.typed(session_at(service, 3), show="1"))
        assert "Stairs" not in page_of(client, "service=respite")


class TestBookingAgain:
    """From an earlier booking."""

    def test_the_service_person_and_notes_are_filled_in(self, client: Client, person: CareRecipient) -> None:
        earlier = BookingFactory(care_recipient=person)
        Booking.objects.update(notes="Stairs")
        page = page_of(client, f"again={earlier.reference}")
        assert "Stairs" in page
        service = earlier.session.service.slug
        assert re.search(rf'name="service" value="{service}"[^>]* checked', page)
        assert re.search(rf'<option value="{person.pk}" selected>', page)

    def test_nothing_of_somebody_elses_booking_is_shown(self, client: Client) -> None:
        other = BookingFactory()
        Booking.objects.update(notes="Stairs")
        page = page_of(client, f"again={other.reference}")
        assert "Stairs" not in page
        assert f'<option value="{other.care_recipient_id}"' not in page


def test_it_costs_at_most_twelve_queries(client: Client, service: Service) -> None:
    for day in range(1, 20):
        session_at(service, day, 11)
    chosen = session_at(service, 21)
    queries = (
        "",
        "service=respite",
        "service=respite&day=2026-12-03&weekday=4",
        f"service=respite&session={chosen.pk}",
    )
    for query in queries:
        page_of(client, query)
        with CaptureQueriesContext(connection) as counted:
            page_of(client, query)
        assert len(counted) <= 12, [item["sql"][:120] for item in counted.captured_queries]


def test_a_service_is_counted_as_viewed_once_and_not_with_each_turn_of_the_calendar(
    client: Client, service: Service
) -> None:
    session = session_at(service, 3)
    viewed = Mock()
    with patch("home.views.book.record", viewed):
        client.get("/book/?service=respite")
        client.get("/book/?service=respite&month=2027-01")
        client.get("/book/?service=respite&day=2026-12-03")
        client.get(f"/book/?service=respite&session={session.pk}", headers={"X-Requested-With": "calendar"})
    assert viewed.call_count == 1
