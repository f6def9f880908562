"""What is known of the person of a booking, as pages show it."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.bookings.domain.details import ACCESS, ADDRESS, CONTACT, Details


@dataclass(frozen=True, slots=True)
class KnownDetail:
    """A line of a summary; `names` are the form's fields that change it."""

    label: str
    text: str
    names: tuple[str, ...]


def known_details(details: Details) -> list[KnownDetail]:
    """Address, emergency contact, access needs and answers that this booking needs, as far as they were told."""
    person = details.person
    contact = ", ".join(
        part for part in (person.emergency_name, person.emergency_relationship, str(person.emergency_phone)) if part
    )
    lines = [
        KnownDetail(_("Emergency contact"), contact, CONTACT),
        KnownDetail(_("Getting in and around"), person.access_needs, ACCESS),
        *(
            KnownDetail(answer.question.label, answer.shown, (f"question_{pk}",))
            for pk, answer in details.answers.items()
        ),
    ]
    if details.booking.session.service.at_home:
        lines.insert(0, KnownDetail(_("Address of the visit"), "\n".join(person.address), ADDRESS))
    return [line for line in lines if line.text]
