"""The form of a booking's details page: only what is missing, or everything when the caregiver wants to change it."""

from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.fields import NameField
from portal.bookings.domain.details import ACCESS, ADDRESS, CONTACT, Details
from portal.bookings.models import Question, QuestionKind
from portal.bookings.models.question import YES_NO
from portal.caregivers.forms import PERSON_HINTS, PERSON_LABELS
from portal.common.phone_fields import TelephoneField

RADIOS: Final = 7  # more choices than these are a list to open


@dataclass(frozen=True, slots=True)
class Section:
    """Fields that stand together under a heading."""

    heading: str
    fields: list[BoundField]


def _words(name: str, required: str | Promise = "") -> dict[str, Any]:
    """Label, hint, and what to say when a field that is required is empty."""
    words: dict[str, Any] = {"label": PERSON_LABELS[name], "help_text": PERSON_HINTS.get(name, "")}
    return words | ({"error_messages": {"required": required}} if required else {"required": False})


class DetailsForm(forms.Form):
    """`cleaned_data` by field; `person_data()` and `answers()` are what there is to save."""

    address_line_1 = forms.CharField(
        max_length=100, **_words("address_line_1", gettext_lazy("Enter the first line of the address."))
    )
    address_line_2 = forms.CharField(max_length=100, **_words("address_line_2"))
    town = forms.CharField(max_length=60, **_words("town", gettext_lazy("Enter the town or city.")))
    postcode = forms.CharField(max_length=12, **_words("postcode", gettext_lazy("Enter the postcode.")))
    access_needs = forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 3}), **_words("access_needs"))
    emergency_name = NameField(
        max_length=150, **_words("emergency_name", gettext_lazy("Enter the name of someone we can call."))
    )
    emergency_relationship = forms.CharField(max_length=60, **_words("emergency_relationship"))
    emergency_phone = TelephoneField(
        **_words("emergency_phone", gettext_lazy("Enter the phone number of your emergency contact."))
    )

    def __init__(self, *args: Any, details: Details, everything: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.details = details
        missing = set(details.missing_fields)
        for name in (*ADDRESS, *CONTACT, *ACCESS):
            # what a page that was opened earlier asked for is taken, though it is no longer missing
            if name in details.fields and (everything or name in missing or name in self.data):
                self.fields[name].initial = getattr(details.person, name)
            else:
                del self.fields[name]
        self._add_questions(everything)

    def _add_questions(self, everything: bool) -> None:
        missing = self.details.missing_questions
        for question in self.details.questions:
            if everything or question in missing or _name(question) in self.data:
                field = _field(question)
                answer = self.details.answers.get(question.pk)
                field.initial = answer.value if answer else None
                self.fields[_name(question)] = field

    @property
    def sections(self) -> list[Section]:
        """The fields under their headings; a heading without fields is left out."""
        headings = (
            (_("Address of the visit"), ADDRESS),
            (_("Emergency contact"), CONTACT),
            (_("Access"), ACCESS),
            (_("About this service"), [_name(question) for question in self.details.questions]),
        )
        sections = (Section(head, [self[name] for name in names if name in self.fields]) for head, names in headings)
        return [section for section in sections if section.fields]

    def person_data(self) -> dict[str, Any]:
        """What to keep with the person."""
        return {name: value for name, value in self.cleaned_data.items() if name in self.details.fields}

    def answers(self) -> dict[int, str]:
        """By the question's key; empty where it was left out."""
        asked = ((question.pk, _name(question)) for question in self.details.questions)
        return {pk: self.cleaned_data[name] for pk, name in asked if name in self.fields}


def _name(question: Question) -> str:
    return f"question_{question.pk}"


def _field(question: Question) -> forms.Field:
    words: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help_text,
        "required": question.required,
        "error_messages": {"required": _("Answer the question “%(question)s”.") % {"question": question.label}},
    }
    if question.kind == QuestionKind.TEXT:
        return forms.CharField(max_length=1000, widget=forms.Textarea(attrs={"rows": 2}), **words)
    words["error_messages"]["invalid_choice"] = _("Choose one of the answers.")
    if question.kind == QuestionKind.YES_NO:
        return forms.ChoiceField(choices=list(YES_NO.items()), widget=forms.RadioSelect, **words)
    choices = [(choice, choice) for choice in question.choice_list]
    if len(choices) <= RADIOS:
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)
    return forms.ChoiceField(choices=[("", _("Choose an answer")), *choices], **words)
