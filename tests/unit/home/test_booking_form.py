"""The booking page: narrowed on the server, keeps what was typed, books once."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from payments.domain.checkout import book
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings import session_options
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers.models import CareRecipient
from portal.common import clock
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory
from tests.pages import Elements, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> CareRecipient:
    return CareRecipientFactory()


@pytest.fixture
def browser_of(person: CareRecipient) -> Client:
    return signed_in(person.caregiver.user)


def filled_in(chosen: Session, person: CareRecipient, **changes: Any) -> dict[str, Any]:
    typed = {"service": chosen.service.slug, "session": chosen.pk, "care_recipient": person.pk, "notes": "Stairs"}
    return {**typed, "token": str(uuid.uuid4()), **changes}


def offered(page: str) -> set[str]:
    """The sessions to choose from."""
    radios = [field for field in Elements(page).all("input") if field.get("name") == "session"]
    return {radio["value"] for radio in radios if "disabled" not in radio}


def test_the_form_carries_a_token_of_its_own(browser_of: Client) -> None:
    ServiceFactory()
    tokens = set()
    for _ in range(2):
        page = Elements(browser_of.get("/book/").content.decode())
        [token] = [field["value"] for field in page.all("input") if field.get("name") == "token"]
        tokens.add(uuid.UUID(token))
    assert len(tokens) == 2


def test_without_any_service_the_page_says_so_and_asks_nothing(browser_of: Client) -> None:
    page = browser_of.get("/book/").content.decode()
    assert "You can’t book any services online at the moment." in page
    assert Elements(page).all("select") == []
    ServiceFactory()
    assert "You can’t book any services online" not in browser_of.get("/book/").content.decode()


def test_without_a_service_every_session_is_offered(browser_of: Client) -> None:
    sessions = {str(SessionFactory().pk) for _ in range(2)}
    assert sessions <= offered(browser_of.get("/book/").content.decode())


def test_a_service_in_the_address_narrows_the_sessions_on_the_server(browser_of: Client) -> None:
    wanted, other = SessionFactory(), SessionFactory()
    page = browser_of.get(f"/book/?service={wanted.service.slug}").content.decode()
    assert str(wanted.pk) in offered(page)
    assert str(other.pk) not in offered(page)
    radios = [
        field for field in Elements(page).all("input") if (field.get("name"), field.get("type")) == ("service", "radio")
    ]
    assert [(radio["value"], "checked" in radio) for radio in radios] == [(wanted.service.slug, True)]
    assert '<a href="/book/">Choose another service</a>' in page


@pytest.mark.parametrize("slug", ["no-such-service", "retired", ""])
def test_an_unknown_or_retired_service_narrows_nothing(browser_of: Client, slug: str) -> None:
    ServiceFactory(slug="retired", active=False)
    session = SessionFactory()
    response = browser_of.get(f"/book/?service={slug}")
    assert (response.status_code, str(session.pk) in offered(response.content.decode())) == (200, True)


def test_a_busy_service_does_not_crowd_out_the_others(browser_of: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_options, "SESSIONS_LISTED", 2)
    busy = ServiceFactory(position=0)
    starts = [clock.now() + timedelta(days=day) for day in (1, 2, 3)]
    often = [SessionFactory(service=busy, starts_at=start) for start in starts]
    other = SessionFactory(service=ServiceFactory(position=1))
    expected = {str(often[0].pk), str(often[1].pk), str(other.pk)}
    assert offered(browser_of.get("/book/").content.decode()) & {str(s.pk) for s in (*often, other)} == expected


def test_full_closed_and_past_sessions_are_not_offered(browser_of: Client) -> None:
    gone = [
        SessionFactory(capacity=1, held=1),
        SessionFactory(status="closed"),
        SessionFactory(status="cancelled"),
        SessionFactory(starts_at=clock.now() - timedelta(hours=1)),
        SessionFactory(service=ServiceFactory(active=False)),
    ]
    assert not offered(browser_of.get("/book/").content.decode()) & {str(session.pk) for session in gone}


def test_a_good_form_leads_to_the_deposit(browser_of: Client, person: CareRecipient) -> None:
    session = SessionFactory()
    response = browser_of.post("/book/", filled_in(session, person))
    booking = Booking.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/deposit/{booking.reference}/")
    assert (booking.session, booking.care_recipient, booking.notes) == (session, person, "Stairs")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"session": ""}, "Choose a session."),
        ({"session": "999999"}, "You can no longer book this session. Please choose another one."),
        ({"session": "x"}, "You can no longer book this session. Please choose another one."),
        ({"care_recipient": ""}, "Choose who this is for."),
        ({"care_recipient": "999999"}, "Choose someone from your list."),
        ({"service": ""}, "Choose a service."),
        ({"notes": "x" * 1001}, "Ensure this value has at most 1000 characters (it has 1001)."),
    ],
)
def test_bad_input_is_answered_422_and_keeps_what_was_typed(
    browser_of: Client, person: CareRecipient, changes: dict[str, str], sentence: str
) -> None:
    session = SessionFactory()
    typed = filled_in(session, person, **changes)
    response = browser_of.post("/book/", typed)
    page = response.content.decode()
    assert (response.status_code, Booking.objects.count()) == (422, 0)
    summary = page[page.index('class="error-summary"') : page.index("<h1>")]
    assert sentence in summary
    assert "<title>Error: Book a session" in page
    assert f'value="{typed["token"]}"' in page
    assert typed["notes"] in page
    for name in {"service", "session", "care_recipient"} - changes.keys():
        chosen = [
            e for e in Elements(page).all("option") + Elements(page).all("input") if e.get("value") == str(typed[name])
        ]
        assert any("selected" in e or "checked" in e for e in chosen), name


def test_each_line_of_the_summary_leads_to_a_field_of_the_page(browser_of: Client) -> None:
    SessionFactory()
    page = browser_of.post("/book/", {}).content.decode()
    summary = page[page.index('class="error-summary"') : page.index("<h1>")]
    targets = [link["href"].removeprefix("#") for link in Elements(summary).all("a")]
    ids = {attributes["id"] for _, attributes in Elements(page).found if "id" in attributes}
    assert len(targets) == 3
    assert set(targets) <= ids


def test_a_session_of_another_service_is_refused(browser_of: Client, person: CareRecipient) -> None:
    session, other = SessionFactory(), ServiceFactory(name="Day programme")
    response = browser_of.post("/book/", filled_in(session, person, service=other.slug))
    assert response.status_code == 422
    assert "Choose a Day programme session." in response.content.decode()


def test_somebody_elses_person_cannot_be_booked_for(browser_of: Client) -> None:
    session, stranger = SessionFactory(), CareRecipientFactory()
    assert browser_of.post("/book/", filled_in(session, stranger)).status_code == 422
    assert not Booking.objects.exists()


def test_the_place_was_just_taken(browser_of: Client, person: CareRecipient) -> None:
    session = SessionFactory(capacity=1, held=1)
    response = browser_of.post("/book/", filled_in(session, person))
    assert response.status_code == 422
    assert "Someone has just taken the last place." in response.content.decode()


def test_the_same_form_twice_books_once(browser_of: Client, person: CareRecipient) -> None:
    session = SessionFactory()
    typed = filled_in(session, person)
    answers = [browser_of.post("/book/", typed)["Location"] for _ in range(2)]
    session.refresh_from_db()
    assert (len(set(answers)), Booking.objects.count(), session.held) == (1, 1, 1)


def test_the_same_form_with_other_notes_keeps_them_while_unpaid(browser_of: Client, person: CareRecipient) -> None:
    typed = filled_in(SessionFactory(), person)
    browser_of.post("/book/", typed)
    assert browser_of.post("/book/", {**typed, "notes": "Allergic to nuts"}).status_code == 302
    assert Booking.objects.get().notes == "Allergic to nuts"
    assert AuditEvent.objects.filter(action="booking.notes_changed").count() == 1
    Booking.objects.update(status=BookingStatus.CONFIRMED)
    refused = browser_of.post("/book/", {**typed, "notes": "Stairs"})
    assert (refused.status_code, Booking.objects.get().notes) == (422, "Allergic to nuts")
    assert "You’ve already used this form to make a booking, with other details." in refused.content.decode()


def test_a_token_of_somebody_else_is_worth_nothing(browser_of: Client, person: CareRecipient) -> None:
    session, stranger = SessionFactory(), CareRecipientFactory()
    token = uuid.uuid4()
    by = Actor.user(stranger.caregiver.user)
    theirs = book(
        session=session,
        caregiver=stranger.caregiver,
        care_recipient=stranger,
        token=token,
        cause=Cause(by, Source.CAREGIVER),
    )
    response = browser_of.post("/book/", filled_in(session, person, token=str(token)))
    assert response.status_code == 302
    assert response["Location"] != f"/deposit/{theirs.reference}/"
    assert Booking.objects.count() == 2


class TestTheSamePersonAgain:
    """Back and Continue, a second tab, a forgotten booking: nobody pays twice for one place."""

    def test_in_the_same_session_leads_to_the_hold(self, browser_of: Client, person: CareRecipient) -> None:
        held = BookingFactory(care_recipient=person)
        response = browser_of.post("/book/", filled_in(held.session, person))
        assert response["Location"] == f"/deposit/{held.reference}/"
        assert Booking.objects.count() == 1
        assert Session.objects.get(pk=held.session_id).held == 1

    def test_in_the_same_session_leads_to_the_paid_booking(self, browser_of: Client, person: CareRecipient) -> None:
        paid = BookingFactory(care_recipient=person)
        Booking.objects.update(status=BookingStatus.CONFIRMED)
        response = browser_of.post("/book/", filled_in(paid.session, person), follow=True)
        assert response.redirect_chain == [(f"/bookings/{paid.reference}/", 302)]
        assert "You’ve already booked this session for Rose Okafor." in response.content.decode()
        assert Booking.objects.count() == 1

    def test_in_a_full_session_leads_to_the_booking(self, browser_of: Client, person: CareRecipient) -> None:
        held = BookingFactory(care_recipient=person, session=SessionFactory(capacity=1))
        assert browser_of.post("/book/", filled_in(held.session, person))["Location"] == f"/deposit/{held.reference}/"

    @pytest.mark.parametrize("status", [BookingStatus.CANCELLED, BookingStatus.EXPIRED])
    def test_a_place_given_up_can_be_booked_again(
        self, browser_of: Client, person: CareRecipient, status: BookingStatus
    ) -> None:
        over = BookingFactory(care_recipient=person)
        Booking.objects.update(status=status)
        response = browser_of.post("/book/", filled_in(over.session, person))
        assert response["Location"] != f"/deposit/{over.reference}/"
        assert Booking.objects.count() == 2

    def test_another_person_has_a_booking_of_their_own(self, browser_of: Client, person: CareRecipient) -> None:
        held = BookingFactory(care_recipient=person)
        other = CareRecipientFactory(caregiver=person.caregiver, full_name="Ada Okafor")
        assert browser_of.post("/book/", filled_in(held.session, other)).status_code == 302
        assert Booking.objects.count() == 2


class TestAnOverlap:
    """Another booking of the person at the same time: asked once, and a yes goes on."""

    @pytest.fixture
    def known(self, person: CareRecipient) -> Booking:
        return BookingFactory(care_recipient=person)

    @pytest.fixture
    def wanted(self, known: Booking) -> Session:
        return SessionFactory(starts_at=known.session.ends_at - timedelta(minutes=1))

    def test_is_asked_about_before_anything_is_held(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        response = browser_of.post("/book/", filled_in(wanted, person))
        page = response.content.decode()
        assert response.status_code == 200
        assert "overlaps with a booking Rose Okafor already has" in page
        assert known.reference in page
        assert not Booking.objects.filter(session=wanted).exists()

    def test_a_yes_sends_what_was_typed(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        asked = browser_of.post("/book/", filled_in(wanted, person))
        hidden = sent_by(asked)
        assert browser_of.post("/book/", hidden).status_code == 302
        booked = Booking.objects.get(session=wanted)
        assert (booked.notes, str(booked.token)) == ("Stairs", hidden["token"])

    def test_a_no_shows_the_form_as_it_was_filled_in(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        asked = browser_of.post("/book/", filled_in(wanted, person))
        back = browser_of.post("/book/", {**sent_by(asked), "change": "1"})
        assert back.status_code == 200
        assert "Stairs" in back.content.decode()
        assert not Booking.objects.filter(session=wanted).exists()

    def test_is_asked_about_again_for_another_session(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        other = SessionFactory(starts_at=wanted.starts_at - timedelta(minutes=1), service=wanted.service)
        back = browser_of.post("/book/", {**sent_by(browser_of.post("/book/", filled_in(wanted, person))), "change": 1})
        carried = {name: value for name, value in sent_by(back).items() if name.startswith("accepted")}
        response = browser_of.post("/book/", {**filled_in(other, person), **carried})
        assert (response.status_code, known.reference in response.content.decode()) == (200, True)
        assert not Booking.objects.filter(session=other).exists()

    def test_is_asked_about_again_when_a_third_was_booked_meanwhile(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        hidden = sent_by(browser_of.post("/book/", filled_in(wanted, person)))
        third = BookingFactory(
            care_recipient=person,
            session=SessionFactory(starts_at=wanted.starts_at + timedelta(hours=1)),
        )
        response = browser_of.post("/book/", hidden)
        assert response.status_code == 200
        assert third.reference in response.content.decode()
        assert not Booking.objects.filter(session=wanted).exists()

    def test_sessions_one_after_the_other_do_not_overlap(
        self, browser_of: Client, person: CareRecipient, known: Booking
    ) -> None:
        after = SessionFactory(starts_at=known.session.ends_at)
        assert browser_of.post("/book/", filled_in(after, person)).status_code == 302

    def test_a_booking_that_is_over_does_not_overlap(
        self, browser_of: Client, person: CareRecipient, known: Booking, wanted: Session
    ) -> None:
        Booking.objects.filter(pk=known.pk).update(status=BookingStatus.CANCELLED)
        assert browser_of.post("/book/", filled_in(wanted, person)).status_code == 302


def sent_by(asked: Any) -> dict[str, str]:
    """The hidden fields of the page that asks."""
    fields = Elements(asked.content.decode()).all("input")
    return {field["name"]: field.get("value", "") for field in fields if field.get("type") == "hidden"}


def test_too_many_forms_in_a_minute_are_answered_429(
    browser_of: Client, person: CareRecipient, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "book": "2/m/user"}
    answers = [browser_of.post("/book/", {}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [422, 422, 429]
    assert "Too many attempts" in answers[2].content.decode()
    assert browser_of.get("/book/").status_code == 200  # looking is not counted
