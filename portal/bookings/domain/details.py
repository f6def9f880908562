"""What our carers need to know of the person before a visit: what is still missing, and what a caregiver tells.

All of it is kept with the person, so that the next booking only asks whether it is still right.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Answer, Booking, Question, QuestionKind
from portal.caregivers.models import CareRecipient
from portal.common import clock

ADDRESS: Final = ("address_line_1", "address_line_2", "town", "postcode")
CONTACT: Final = ("emergency_name", "emergency_relationship", "emergency_phone")
ACCESS: Final = ("access_needs",)


class DetailsState(StrEnum):
    """Whether the details page has anything to ask."""

    MISSING = "missing"
    UNCONFIRMED = "unconfirmed"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Details:
    """The person of a booking, and the questions of its service with the answers kept, by the question's key."""

    booking: Booking
    person: CareRecipient
    questions: list[Question]
    answers: Mapping[int, Answer]

    @property
    def fields(self) -> tuple[str, ...]:
        """The person's fields that this booking needs."""
        at_home = self.booking.session.service.at_home
        return (*(ADDRESS if at_home else ()), *CONTACT, *ACCESS)

    @property
    def missing_fields(self) -> tuple[str, ...]:
        """Whole groups: who gives half an address is asked for all of it. Access needs may be none, once asked."""
        person, missing = self.person, set[str]()
        missing.update(() if person.has_address else ADDRESS)
        missing.update(() if person.has_emergency_contact else CONTACT)
        missing.update(() if person.access_needs or person.details_confirmed_at else ACCESS)
        return tuple(field for field in self.fields if field in missing)

    @property
    def missing_questions(self) -> list[Question]:
        """Never answered for this person, or no longer with an answer that can be chosen."""
        return [question for question in self.questions if not self._is_answered(question)]

    def _is_answered(self, question: Question) -> bool:
        answer = self.answers.get(question.pk)
        if answer is None:
            return False
        if not answer.value:
            return not question.required
        return question.kind == QuestionKind.TEXT or answer.value in question.values

    @property
    def state(self) -> DetailsState:
        """Of the page as a whole."""
        if self.missing_fields or self.missing_questions:
            return DetailsState.MISSING
        confirmed = self.person.details_confirmed_at
        if confirmed is None or confirmed < self.booking.created_at:
            return DetailsState.UNCONFIRMED
        return DetailsState.CONFIRMED


def details_of(booking: Booking) -> Details:
    """What is known and what is not; `booking` with its session's service and person. Two queries."""
    person = booking.care_recipient
    questions = list(Question.objects.filter(service=booking.session.service_id, active=True))
    answers = Answer.objects.filter(care_recipient=person, question__in=questions).select_related("question")
    return Details(booking, person, questions, {answer.question_id: answer for answer in answers})


def may_tell(booking: Booking) -> bool:
    """Until the session starts, once the place is booked."""
    return booking.status == BookingStatus.CONFIRMED and booking.session.starts_at > clock.now()


def details_wanted(booking: Booking) -> DetailsState | None:
    """The state while there is something to tell or to confirm; else None."""
    state = details_of(booking).state if may_tell(booking) else DetailsState.CONFIRMED
    return None if state is DetailsState.CONFIRMED else state


@transaction.atomic
def save_details(
    details: Details, *, fields: Mapping[str, str], answers: Mapping[int, str], cause: Cause
) -> CareRecipient:
    """Keep what was told, and that everything else the page showed is still right."""
    moment = clock.now()
    person: CareRecipient = CareRecipient.objects.select_for_update(no_key=True).get(pk=details.person.pk)
    for name, value in fields.items():
        setattr(person, name, value)
    person.details_confirmed_at = moment
    person.save(update_fields=[*fields, "details_confirmed_at"])
    Answer.objects.bulk_create(
        [Answer(question_id=pk, care_recipient=person, value=value) for pk, value in answers.items()],
        update_conflicts=True,
        unique_fields=["care_recipient", "question"],
        update_fields=["value"],
    )
    Answer.objects.filter(care_recipient=person, question__in=details.questions).update(confirmed_at=moment)
    record("person.details_confirmed", person, cause=cause, data={"booking": details.booking.pk})
    return person
