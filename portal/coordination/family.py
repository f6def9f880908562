"""A family's page: who they are, what they booked, paid and were told, and what our team wrote down."""

import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from payments.models import Payment
from payments.queries import BookingRow, row
from portal.accounts.models import User
from portal.accounts.roles import is_staff_account
from portal.audit.admin_views import Parents, StaffView
from portal.audit.domain.find import about
from portal.audit.domain.people import names_of, who
from portal.audit.models import AuditEvent, AuditValue
from portal.bookings.models import Booking
from portal.caregivers.forms import ProfileForm
from portal.caregivers.models import Caregiver, CareRecipient, StaffNote
from portal.caregivers.staff_changes import add_note, add_person, change_contact, change_person, remove_note
from portal.coordination.base import bookings
from portal.coordination.forms import NoteForm, PersonForm
from portal.coordination.search import SEE_FAMILIES, SEE_PAYMENTS
from portal.notifications.domain.resend import may_resend, resend
from portal.notifications.models import Notification

SHOWN: Final = 20
SEE_EMAILS: Final = "notifications.view_notification"
RESEND: Final = "notifications.add_notification"
SEE_PEOPLE: Final = "caregivers.view_carerecipient"
CHANGE_CONTACT: Final = "caregivers.change_caregiver"
SEE_NOTES: Final = "caregivers.view_staffnote"
CHANGED: Final = {
    "caregiver.invited": gettext_lazy("Account created by our team"),
    "caregiver.contact_changed": gettext_lazy("Contact details changed"),
    "person.added": gettext_lazy("Person added"),
    "person.changed": gettext_lazy("Person’s details changed"),
    "person.removed": gettext_lazy("Person removed"),
    "person.details_confirmed": gettext_lazy("Person’s details confirmed"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the family's details, with what stood there before."""

    event: AuditEvent
    what: str
    who: str
    values: list[AuditValue]


class FamilyPageView(StaffView):
    """What the pages about one family share."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES,)
    header_icon = "group"
    kwargs: dict[str, int]

    @cached_property
    def caregiver(self) -> Caregiver:
        """Whose page it is."""
        return get_object_or_404(Caregiver.objects.select_related("user"), pk=self.kwargs["caregiver_id"])

    @cached_property
    def is_colleague(self) -> bool:
        """Whether the family's account is one of staff's: its name and its other emails are an administrator's."""
        return is_staff_account(self.caregiver.user)

    @property
    def staff(self) -> User:
        """Who is signed in."""
        assert isinstance(self.request.user, User)  # the admin is behind sign-in
        return self.request.user

    def get_parents(self) -> list[tuple[str, str]]:
        return [(reverse("coordination:search"), _("Search")), (self._address(), str(self.caregiver))]

    def _address(self, place: str = "") -> str:
        return reverse("coordination:family", args=[self.caregiver.pk]) + place

    def back(self, place: str = "") -> HttpResponse:
        """To the family's page."""
        return redirect(self._address(place))


class FamilyView(FamilyPageView):
    """Everything about one family, and where everything that may be done for it starts."""

    template_name = "coordination/family.html"
    page_title = gettext_lazy("Family")
    parents: ClassVar[Parents] = ()

    def get_parents(self) -> list[tuple[str, str]]:
        return [(reverse("coordination:search"), _("Search"))]

    def get(self, request: HttpRequest, caregiver_id: int) -> HttpResponse:
        return self._shown(NoteForm())

    def post(self, request: HttpRequest, caregiver_id: int) -> HttpResponse:
        """A new note."""
        form = NoteForm(request.POST)
        if not request.user.has_perm("caregivers.add_staffnote"):
            return self._shown(form, status=403)
        if not form.is_valid():
            return self._shown(form, status=422)
        add_note(self.caregiver, form.cleaned_data["text"], author=self.staff, cause=self.cause)
        messages.success(request, _("The note has been saved."))
        return self.back("#notes")

    @property
    def _may_see_emails(self) -> bool:
        return self.request.user.has_perm(SEE_EMAILS) and not self.is_colleague

    def _shown(self, note_form: forms.Form, status: int = 200) -> HttpResponse:
        caregiver, may = self.caregiver, self.request.user.has_perm
        return self.page(
            status=status,
            caregiver=caregiver,
            people=caregiver.care_recipients.filter(removed_at=None) if may(SEE_PEOPLE) else None,
            bookings=_bookings(caregiver),
            payments=_payments(caregiver) if may(SEE_PAYMENTS) else None,
            may_change_contact=may(CHANGE_CONTACT) and not self.is_colleague,
            emails=caregiver.user.notifications.order_by("-pk")[:SHOWN] if self._may_see_emails else None,
            notes=caregiver.staff_notes.select_related("author") if may(SEE_NOTES) else None,
            history=_history(caregiver, may_see_people=may(SEE_PEOPLE)),
            note_form=note_form,
            shown=SHOWN,
        )


def _bookings(caregiver: Caregiver) -> list[tuple[Booking, BookingRow]]:
    latest = bookings().filter(caregiver=caregiver).order_by("-session__starts_at", "-pk")[:SHOWN]
    return [(booking, row(booking)) for booking in latest]


def _payments(caregiver: Caregiver) -> QuerySet[Payment]:
    own: QuerySet[Payment] = Payment.objects.filter(booking__caregiver=caregiver).select_related("booking")
    return own.order_by("-created_at", "-pk")[:SHOWN]


def _history(caregiver: Caregiver, *, may_see_people: bool) -> list[Entry]:
    people = list(caregiver.care_recipients.values_list("pk", flat=True)) if may_see_people else []
    subjects = {"caregivers.caregiver": [caregiver.pk], "caregivers.carerecipient": people}
    events = list(AuditEvent.objects.filter(about(subjects)).prefetch_related("values").order_by("-pk")[:SHOWN])
    names = names_of(events)
    return [
        Entry(event, str(CHANGED.get(event.action, event.action)), who(event, names), list(event.values.all()))
        for event in events
    ]


class FamilyFormView(FamilyPageView, ABC):
    """A page with one form about a family."""

    template_name = "coordination/family_form.html"
    button: str | Promise = gettext_lazy("Save")
    explanation: str | Promise = ""

    def get(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        return self._shown(self.form(None))

    def post(self, request: HttpRequest, **kwargs: int) -> HttpResponse:
        form = self.form(request.POST)
        if not form.is_valid():
            return self._shown(form, status=422)
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        messages.success(request, self.save(changed))
        return self.back()

    def _shown(self, form: forms.BaseForm, status: int = 200) -> HttpResponse:
        words = {"button": self.button, "explanation": self.explanation}
        return self.page(status=status, caregiver=self.caregiver, form=form, **words)

    @abstractmethod
    def form(self, data: Any) -> forms.BaseForm:
        """The form with what is stored."""

    @abstractmethod
    def save(self, changed: dict[str, Any]) -> str:
        """Write what was changed; returns what to say."""


class EditContactView(FamilyFormView):
    """Name and phone number. The email address is what they sign in with: they change it, or an administrator."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES, CHANGE_CONTACT)
    page_title = gettext_lazy("Change contact details")
    explanation = gettext_lazy(
        "The email address is also how they sign in, so they change it themselves, or an administrator does."
    )

    def is_allowed(self) -> bool:
        return super().is_allowed() and not self.is_colleague

    def form(self, data: Any) -> forms.BaseForm:
        user = self.caregiver.user
        initial = {"first_name": user.first_name, "last_name": user.last_name, "phone": self.caregiver.phone}
        return ProfileForm(data, initial=initial)

    def save(self, changed: dict[str, Any]) -> str:
        saved = change_contact(self.caregiver, values=changed, cause=self.cause)
        return _("The contact details have been saved.") if saved else _("Nothing has changed.")


class AddPersonView(FamilyFormView):
    """Somebody else that they care for."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES, SEE_PEOPLE, "caregivers.add_carerecipient")
    page_title = gettext_lazy("Add a person")

    def form(self, data: Any) -> forms.BaseForm:
        return PersonForm(data)

    def save(self, changed: dict[str, Any]) -> str:
        person = add_person(self.caregiver, values=changed, cause=self.cause)
        return _("%(name)s has been added.") % {"name": person.full_name}


class EditPersonView(FamilyFormView):
    """Care notes and the rest of somebody's details."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES, SEE_PEOPLE, "caregivers.change_carerecipient")
    page_title = gettext_lazy("Change a person’s details")

    def _person(self) -> CareRecipient:
        people = CareRecipient.objects.filter(caregiver=self.caregiver, removed_at=None)
        return get_object_or_404(people, pk=self.kwargs["person_id"])

    def form(self, data: Any) -> forms.BaseForm:
        return PersonForm(data, instance=self._person())

    def save(self, changed: dict[str, Any]) -> str:
        person = self._person()
        if not change_person(person, values=changed, cause=self.cause):
            return _("Nothing has changed.")
        name = changed.get("full_name", person.full_name)
        return _("The details for %(name)s have been saved.") % {"name": name}


class RemoveNoteView(FamilyFormView):
    """Taking a note away, after a question."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES, "caregivers.delete_staffnote")
    page_title = gettext_lazy("Remove this note")
    button = gettext_lazy("Remove note")

    def _note(self) -> StaffNote:
        notes = StaffNote.objects.filter(caregiver=self.caregiver).select_related("caregiver__user")
        return get_object_or_404(notes, pk=self.kwargs["note_id"])

    def form(self, data: Any) -> forms.BaseForm:
        self.explanation = self._note().text
        return forms.Form(data)

    def save(self, changed: dict[str, Any]) -> str:
        remove_note(self._note(), cause=self.cause)
        return _("The note has been removed.")


class EmailView(FamilyPageView):
    """An email as it was sent, and sending it again."""

    permissions: ClassVar[tuple[str, ...]] = (SEE_FAMILIES, SEE_EMAILS)
    template_name = "coordination/email.html"
    page_title = gettext_lazy("Email")

    def is_allowed(self) -> bool:
        return super().is_allowed() and not self.is_colleague

    def _email(self) -> Notification:
        return get_object_or_404(self.caregiver.user.notifications, pk=self.kwargs["pk"])

    def get(self, request: HttpRequest, caregiver_id: int, pk: int) -> HttpResponse:
        email = self._email()
        may = request.user.has_perm(RESEND) and may_resend(email)
        return self.page(caregiver=self.caregiver, email=email, may_resend=may, token=uuid.uuid4())

    def post(self, request: HttpRequest, caregiver_id: int, pk: int) -> HttpResponse:
        email, token = self._email(), _token(request.POST.get("token", ""))
        if token and request.user.has_perm(RESEND) and may_resend(email):
            resend(email, token=token, cause=self.cause)
            to = {"email": self.caregiver.user.email}
            messages.success(request, _("We’ll send it again to %(email)s.") % to)
        else:
            messages.error(request, _("This email can’t be sent again."))
        return self.back("#emails")


def _token(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
