"""What we are told of the people who are cared for: kept, taken away, erased and cleared together."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from portal.accounts import personal_data
from portal.bookings.models import Answer, Booking, Feedback, Question
from portal.caregivers.models import Caregiver, CareRecipient
from tests.factories import BookingFactory, CaregiverFactory, CareRecipientFactory

pytestmark = pytest.mark.django_db
TOLD = {
    "relationship": "mother",
    "care_notes": "Diabetic",
    "address_line_1": "12 Orchard Lane",
    "address_line_2": "Flat 2",
    "town": "Bristol",
    "postcode": "BS1 4QA",
    "access_needs": "Key safe, 1234",
    "emergency_name": "Łukasz Żółkiewski",
    "emergency_relationship": "son",
    "emergency_phone": "+44 117 496 0001",
}


@pytest.fixture
def booking() -> Booking:
    booking: Booking = BookingFactory(care_recipient=CareRecipientFactory(full_name="Siobhán O’Brien-Nuñez", **TOLD))
    question = Question.objects.create(service=booking.session.service, label="Any allergies?")
    Answer.objects.create(question=question, care_recipient=booking.care_recipient, value="Nuts")
    Feedback.objects.create(booking=booking, rating=4, would_book_again=True, comment="Lovely")
    return booking


def stored_phone(caregiver: Caregiver) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM caregivers_caregiver WHERE id = %s", [caregiver.pk])
        return str(cursor.fetchone()[0])


def test_the_copy_has_every_word(booking: Booking) -> None:
    copy = personal_data.export(booking.caregiver.user)
    assert copy["caregivers"]["people"] == [{"full_name": "Siobhán O’Brien-Nuñez", **TOLD}]
    assert copy["bookings"][0]["answers"] == {"Any allergies?": "Nuts"}
    assert copy["bookings"][0]["feedback"] == {"rating": 4, "would_book_again": True, "comment": "Lovely"}


def test_erasure_leaves_the_rating_and_nothing_that_was_said(booking: Booking) -> None:
    personal_data.erase(booking.caregiver.user)
    person = CareRecipient.objects.get(pk=booking.care_recipient_id)
    assert {field: str(getattr(person, field)) for field in TOLD} == dict.fromkeys(TOLD, "")
    assert person.full_name == "Erased"
    assert (Answer.objects.count(), list(Feedback.objects.values_list("rating", "comment"))) == (0, [(4, "")])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0117 496 0001", "+44 117 496 0001"),
        ("0117 496 0001 ext 12", "+44 117 496 0001 x12"),
        ("+1 212 555 2368", "+1 212-555-2368"),
        ("work: 0117 496 0001", "0117 496 0001, work"),
        ("0117 496 0001 (evenings)", "0117 496 0001 (evenings)"),
        ("ring my daughter", "ring my daughter"),
        ("12345", "12345"),
        ("", ""),
    ],
)
def test_a_phone_number_typed_as_free_text_before_survives(typed: str, kept: str) -> None:
    caregiver = CaregiverFactory()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE caregivers_caregiver SET phone = %s WHERE id = %s", [typed, caregiver.pk])
    migration = import_module("portal.caregivers.migrations.0006_phone_numbers")
    for _ in range(2):  # killed and run again
        with connection.schema_editor() as editor:
            migration.write_numbers(apps, editor)
        assert stored_phone(caregiver) == kept
        assert str(Caregiver.objects.get(pk=caregiver.pk).phone) == kept
