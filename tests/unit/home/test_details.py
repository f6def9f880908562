"""What a caregiver tells before a visit: asked once, only where missing, confirmed at the next booking."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from portal.audit.models import AuditEvent
from portal.bookings.domain.details import DetailsState, details_of
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Answer, Booking, Question
from portal.caregivers.models import CareRecipient
from portal.common import clock
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.pages import signed_in, squeezed

pytestmark = pytest.mark.django_db
FILLED: dict[str, str] = {
    "address_line_1": "12 Orchard Lane",
    "address_line_2": "",
    "town": "Bristol",
    "postcode": "BS1 4QA",
    "emergency_name": "Łukasz Żółkiewski",
    "emergency_relationship": "son",
    "emergency_phone": "0117 496 0001",
    "access_needs": "Key safe",
}


@pytest.fixture
def booking(stripe: FakeGateway) -> Booking:
    """Confirmed, at home, with three questions."""
    service = ServiceFactory(at_home=True)
    for position, (kind, required) in enumerate((("text", False), ("yes_no", True), ("choice", True))):
        Question.objects.create(
            service=service, label=f"About {kind}?", kind=kind, required=required, choices="Tea\nCoffee",
            position=position,
        )  # fmt: skip
    booking = BookingFactory(session=SessionFactory(service=service))
    apply_intent(stripe.pay(str(open_checkout(booking).payment.intent_id)), cause())
    return Booking.objects.with_details().get(pk=booking.pk)


@pytest.fixture
def own(booking: Booking) -> Client:
    return signed_in(booking.caregiver.user)


def page(booking: Booking) -> str:
    return f"/bookings/{booking.reference}/details/"


def asked() -> list[str]:
    """The names of the questions' fields, in order."""
    return [f"question_{pk}" for pk in Question.objects.order_by("position").values_list("pk", flat=True)]


def filled(**changes: str) -> dict[str, str]:
    text, yes_no, choice = asked()
    return {**FILLED, text: "", yes_no: "yes", choice: "Tea", **changes}


def told(client: Client, booking: Booking, **changes: str) -> Any:
    return client.post(page(booking), filled(**changes))


def test_nothing_of_it_is_needed_to_book(own: Client, booking: Booking) -> None:
    assert booking.status == BookingStatus.CONFIRMED
    assert booking.care_recipient.address == []


def test_paid_and_booking_pages_lead_there_in_one_line(own: Client, booking: Booking) -> None:
    for path in (f"/deposit/{booking.reference}/", f"/bookings/{booking.reference}/"):
        shown = squeezed(own.get(path).content.decode())
        assert "Our carers still need a few details for this visit." in shown
        assert f'<a href="{page(booking)}">Add the details</a>' in shown


def test_it_is_kept_with_the_person_and_asked_no_more(own: Client, booking: Booking) -> None:
    assert told(own, booking)["Location"] == f"/bookings/{booking.reference}/"
    person = CareRecipient.objects.get(pk=booking.care_recipient_id)
    assert (person.address, str(person.emergency_phone)) == (
        ["12 Orchard Lane", "Bristol", "BS1 4QA"],
        "+44 117 496 0001",
    )
    assert [answer.shown for answer in Answer.objects.order_by("question__position")] == ["", "Yes", "Tea"]
    assert AuditEvent.objects.get(action="person.details_confirmed").data == {"booking": booking.pk}
    assert "Add the details" not in own.get(f"/deposit/{booking.reference}/").content.decode()
    assert '<input type="text"' not in own.get(page(booking)).content.decode()


def test_the_next_booking_shows_it_to_confirm(own: Client, booking: Booking, stripe: FakeGateway) -> None:
    told(own, booking)
    later: Booking = BookingFactory(
        session=SessionFactory(service=booking.session.service, starts_at=clock.now() + timedelta(days=9)),
        care_recipient=booking.care_recipient,
    )
    apply_intent(stripe.pay(str(open_checkout(later).payment.intent_id)), cause("evt_2"))
    later = Booking.objects.with_details().get(pk=later.pk)
    assert details_of(later).state is DetailsState.UNCONFIRMED
    shown = squeezed(own.get(page(later)).content.decode())
    assert all(
        word in shown for word in ("12 Orchard Lane<br>Bristol<br>BS1 4QA", "+44 117 496 0001", "Tea", "Key safe")
    )
    assert "Yes, it’s still right" in shown
    own.post(page(later))
    later = Booking.objects.with_details().get(pk=later.pk)
    assert details_of(later).state is DetailsState.CONFIRMED
    assert Answer.objects.filter(confirmed_at__gte=later.created_at).count() == 3


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"postcode": ""}, "Enter the postcode."),
        ({"address_line_1": ""}, "Enter the first line of the address."),
        ({"emergency_phone": "ring me"}, "Enter a phone number we can call, such as 0117 496 0001."),
        ({"emergency_phone": "0117 496"}, "Enter a phone number we can call, such as 0117 496 0001."),
        ({"emergency_phone": "9" * 40}, "Enter a phone number we can call, such as 0117 496 0001."),
        ({"emergency_name": "Ann\r\nBcc: x"}, "This name contains line breaks or hidden characters."),
        ({"access_needs": "x" * 1001}, "at most 1000 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    own: Client, booking: Booking, wrong: dict[str, str], sentence: str
) -> None:
    reply = told(own, booking, **wrong)
    shown = reply.content.decode()
    assert (reply.status_code, sentence in shown, "Łukasz Żółkiewski" in shown or "emergency_name" in wrong) == (
        422,
        True,
        True,
    )
    assert not Answer.objects.exists()


def test_a_choice_that_is_none_and_a_missing_answer_are_refused(own: Client, booking: Booking) -> None:
    _text, yes_no, choice = asked()
    shown = told(own, booking, **{choice: "Gin", yes_no: ""}).content.decode()
    assert "Choose one of the answers." in shown
    assert "Answer the question “About yes_no?”." in shown


def test_an_answer_that_can_no_longer_be_chosen_is_asked_again(own: Client, booking: Booking) -> None:
    told(own, booking)
    Question.objects.filter(kind="choice").update(choices="Juice\nMilk")
    fresh = details_of(Booking.objects.with_details().get(pk=booking.pk))
    assert [question.kind for question in fresh.missing_questions] == ["choice"]


def test_everything_can_be_changed(own: Client, booking: Booking) -> None:
    told(own, booking)
    shown = own.get(f"{page(booking)}?change=1").content.decode()
    assert 'value="12 Orchard Lane"' in shown
    own.post(f"{page(booking)}?change=1", filled(town="Bath"))
    assert CareRecipient.objects.get(pk=booking.care_recipient_id).town == "Bath"


def test_a_service_elsewhere_asks_for_no_address(own: Client, booking: Booking) -> None:
    service = booking.session.service
    service.at_home = False
    service.save()
    shown = own.get(page(booking)).content.decode()
    assert ("Postcode" in shown, "Emergency contact" in shown) == (False, True)


def test_a_question_that_is_not_asked_is_not_there(own: Client, booking: Booking) -> None:
    Question.objects.filter(kind="text").update(active=False)
    assert "About text?" not in own.get(page(booking)).content.decode()


def test_before_the_deposit_and_after_the_start_it_leads_back(own: Client, booking: Booking) -> None:
    for status in (BookingStatus.AWAITING_DEPOSIT, BookingStatus.COMPLETED, BookingStatus.CANCELLED):
        Booking.objects.filter(pk=booking.pk).update(status=status)
        assert own.get(page(booking))["Location"] == f"/bookings/{booking.reference}/"
        assert own.post(page(booking), FILLED).status_code == 302
    assert CareRecipient.objects.get(pk=booking.care_recipient_id).town == ""


class TestNotes:
    """/bookings/<reference>/notes/"""

    def test_notes_are_seen_and_changed_until_the_session(self, own: Client, booking: Booking) -> None:
        path = f"/bookings/{booking.reference}/notes/"
        own.post(path, {"notes": "<b>Ann</b> likes tea"})
        own.post(path, {"notes": "<b>Ann</b> likes tea"})
        assert "&lt;b&gt;Ann&lt;/b&gt; likes tea" in own.get(f"/bookings/{booking.reference}/").content.decode()
        events = AuditEvent.objects.filter(action="booking.notes_changed")
        assert [event.data for event in events] == [{}]  # once, and without a word of it

    def test_too_long_is_said_and_kept(self, own: Client, booking: Booking) -> None:
        reply = own.post(f"/bookings/{booking.reference}/notes/", {"notes": "é" * 1001})
        assert (reply.status_code, "é" * 1001 in reply.content.decode()) == (422, True)

    def test_not_once_it_has_started(self, own: Client, booking: Booking) -> None:
        session = booking.session
        session.starts_at = clock.now()
        session.save()
        reply = own.post(f"/bookings/{booking.reference}/notes/", {"notes": "late"})
        assert reply["Location"] == f"/bookings/{booking.reference}/"
        assert Booking.objects.get(pk=booking.pk).notes == ""


class TestRemovingSomebody:
    """/people/<id>/remove/"""

    def test_it_is_refused_with_the_bookings_while_one_stands(self, own: Client, booking: Booking) -> None:
        path = f"/people/{booking.care_recipient_id}/remove/"
        for reply, status in ((own.get(path), 200), (own.post(path), 409)):
            shown = squeezed(reply.content.decode())
            assert (reply.status_code, "Rose Okafor still has a booking:" in shown) == (status, True)
            assert f"(booking {booking.reference})" in shown
        assert CareRecipient.objects.get(pk=booking.care_recipient_id).removed_at is None

    def test_it_asks_first_and_past_bookings_do_not_stand_in_the_way(self, own: Client, booking: Booking) -> None:
        Booking.objects.update(status=BookingStatus.COMPLETED)
        path = f"/people/{booking.care_recipient_id}/remove/"
        assert "Remove Rose Okafor?" in own.get(path).content.decode()
        assert CareRecipient.objects.get(pk=booking.care_recipient_id).removed_at is None
        assert own.post(path)["Location"] == "/people/"
        assert CareRecipient.objects.get(pk=booking.care_recipient_id).removed_at is not None
        assert AuditEvent.objects.filter(action="person.removed").count() == 1
        assert own.post(path).status_code == 404


def test_every_detail_of_a_person_can_be_edited_and_none_is_required() -> None:
    person = CareRecipientFactory()
    own = signed_in(person.caregiver.user)
    assert own.post(f"/people/{person.pk}/", {"full_name": "Rose Okafor"}).status_code == 302
    own.post(f"/people/{person.pk}/", {"full_name": "Rose Okafor", **FILLED})
    assert str(CareRecipient.objects.get().emergency_phone) == "+44 117 496 0001"


def test_a_number_of_a_range_that_the_library_does_not_know_is_kept_as_any_other() -> None:
    caregiver = CareRecipientFactory().caregiver
    names = {"first_name": "Amara", "last_name": "Okafor"}
    assert signed_in(caregiver.user).post("/profile/", {**names, "phone": "07700 900461"}).status_code == 302
    caregiver.refresh_from_db()
    assert str(caregiver.phone) == "+44 7700 900461"


def test_a_phone_number_of_before_stays_while_it_is_not_changed() -> None:
    person = CareRecipientFactory()
    caregiver = person.caregiver
    caregiver.phone = "ring my daughter"
    caregiver.save()
    own, names = signed_in(caregiver.user), {"first_name": "Amara", "last_name": "Okafor"}
    assert 'value="ring my daughter"' in own.get("/profile/").content.decode()
    assert own.post("/profile/", {**names, "phone": "ring my daughter"}).status_code == 302
    reply = own.post("/profile/", {**names, "phone": "ring my son"})
    assert (reply.status_code, 'value="ring my son"' in reply.content.decode()) == (422, True)
    caregiver.refresh_from_db()
    assert str(caregiver.phone) == "ring my daughter"
