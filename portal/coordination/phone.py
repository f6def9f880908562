"""Booking by phone: find or invite the caregiver, then choose session and person. They pay after signing in."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from payments.domain import notify
from payments.domain.checkout import book
from portal.accounts.lookup import find_user
from portal.accounts.models import User
from portal.accounts.roles import is_staff_account
from portal.audit.admin_views import Parents
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import AlreadyBooked, BookingError, TimesOverlap, TooManyHolds
from portal.bookings.forms import ask_about_overlap
from portal.bookings.models import Booking, Service
from portal.bookings.session_options import choosing
from portal.caregivers.domain import caregiver_of, invite
from portal.caregivers.models import Caregiver, CareRecipient
from portal.coordination.base import CoordinationView
from portal.coordination.forms import FindCaregiverForm, InviteForm, PhoneBookingForm

CLOSED = gettext_lazy("This account is closed. Ask an administrator for help.")
COLLEAGUE = gettext_lazy("This is a colleague’s address. They can book for their own family on the website.")
ENOUGH_HOLDS = gettext_lazy(
    "This caregiver has reached the limit for unpaid bookings. They need to pay for or cancel one first."
)


class PhoneView(CoordinationView):
    """A page with one form."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.add_booking", "bookings.change_booking")
    template_name = "coordination/phone.html"
    header_icon = "mobile-alt"
    button: str | Promise = ""

    def shown(self, form: forms.Form, **context: Any) -> HttpResponse:
        """The page; 422 when the form was refused."""
        return self.page(status=422 if form.errors else 200, form=form, button=self.button, **context)


class FindCaregiverView(PhoneView):
    """Who is calling?"""

    page_title = gettext_lazy("Book by phone")
    button = gettext_lazy("Continue")

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(FindCaregiverForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        form = FindCaregiverForm(request.POST)
        if not form.is_valid():
            return self.shown(form)
        email = form.cleaned_data["email"]
        user = find_user(email)
        if user is None:
            return redirect(f"{reverse('coordination:invite')}?{urlencode({'email': email})}")
        if refused := _refused(user):
            form.add_error("email", refused)
            return self.shown(form)
        return redirect("coordination:phone_booking", caregiver_of(user).pk)


def _refused(user: User) -> str:
    """Why nobody books by phone for `user`; empty when they may."""
    if not user.is_active:
        return str(CLOSED)
    is_family = Caregiver.objects.filter(user=user).exists()
    return "" if is_family or not is_staff_account(user) else str(COLLEAGUE)


class InviteCaregiverView(PhoneView):
    """A new caregiver: an account without a password, and an email with a link to choose one."""

    page_title = gettext_lazy("New caregiver")
    button = gettext_lazy("Create account and continue")
    parents: ClassVar[Parents] = (
        ("coordination:day", gettext_lazy("Care desk")),
        ("coordination:phone", gettext_lazy("Book by phone")),
    )

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.shown(InviteForm(initial={"email": request.GET.get("email", "")}), is_new=True)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = InviteForm(request.POST)
        if not form.is_valid():
            return self.shown(form, is_new=True)
        known = find_user(form.cleaned_data["email"])
        if known and (refused := _refused(known)):
            form.add_error("email", refused)
            return self.shown(form, is_new=True)
        caregiver = invite(**form.cleaned_data, cause=self.cause)
        messages.success(
            request,
            _("%(caregiver)s now has an account. We’ve emailed them a link to choose a password.")
            % {"caregiver": caregiver},
        )
        return redirect("coordination:phone_booking", caregiver.pk)


class PhoneBookingView(PhoneView):
    """Session and person; the place is held, and the emailed link pays the deposit without an account."""

    page_title = gettext_lazy("Book by phone")
    button = gettext_lazy("Hold the place and send the email")
    parents: ClassVar[Parents] = (
        ("coordination:day", gettext_lazy("Care desk")),
        ("coordination:phone", gettext_lazy("Find caregiver")),
    )

    def get(self, request: HttpRequest, caregiver_id: int) -> HttpResponse:
        caregiver = _caregiver(caregiver_id)
        initial = {"token": uuid.uuid4(), "session": request.GET.get("session", "")}
        return self._times_and_form(PhoneBookingForm(caregiver=caregiver, initial=initial), caregiver)

    def post(self, request: HttpRequest, caregiver_id: int) -> HttpResponse:
        caregiver = _caregiver(caregiver_id)
        form = PhoneBookingForm(request.POST, caregiver=caregiver)
        answer = self._booked(form, caregiver) if form.is_valid() else None
        return answer or self._times_and_form(form, caregiver)

    def _times_and_form(self, form: PhoneBookingForm, caregiver: Caregiver) -> HttpResponse:
        """The services to choose from; once one is chosen, its times and the rest of the form."""
        services = list(Service.objects.filter(active=True))
        chosen = str(form["session"].value() or "")
        service = _chosen_service(services, self.request.GET.get("service"), form)
        if service is None:
            return self.shown(form, caregiver=caregiver, services=services)
        times = choosing(service, self.request.GET, chosen, page=self.request.path)
        return self.shown(form, caregiver=caregiver, **times)

    def _booked(self, form: PhoneBookingForm, caregiver: Caregiver) -> HttpResponse | None:
        """The way to the booking; None when the form must be shown again, with what it now says."""
        try:
            booking = self._book(form.cleaned_data, caregiver)
        except AlreadyBooked as known:
            messages.warning(self.request, known.sentence)
            return redirect("coordination:booking", known.booking.pk)
        except TimesOverlap as overlap:
            ask_about_overlap(form, overlap)
        except TooManyHolds:
            form.add_error(None, ENOUGH_HOLDS)
        except BookingError as error:
            form.add_error("session", error.sentence)
        else:
            messages.success(self.request, _done(booking))
            return redirect("coordination:booking", booking.pk)
        return None

    @transaction.atomic
    def _book(self, data: dict[str, Any], caregiver: Caregiver) -> Booking:
        Caregiver.objects.select_for_update(no_key=True).get(pk=caregiver.pk)  # the form's twin waits here
        person = data["care_recipient"] or _written_before(caregiver, data) or _new_person(caregiver, data)
        booking = book(
            session=data["session"],
            caregiver=caregiver,
            care_recipient=person,
            cause=self.cause,
            notes=data["notes"],
            token=data["token"],
            hold_minutes=data["hold_minutes"],
            accepted=data["accepted"],
        )
        if booking.status == BookingStatus.AWAITING_DEPOSIT:
            notify.pay_link(booking)
        return booking


def _chosen_service(services: list[Service], slug: str | None, form: PhoneBookingForm) -> Service | None:
    """The one in the address, that of the session that was sent, or the only one."""
    session = form.cleaned_data.get("session") if form.is_bound else None
    if session is not None:
        return next((service for service in services if service.pk == session.service_id), None)
    named = next((service for service in services if service.slug == slug), None)
    return named or (services[0] if len(services) == 1 or form.is_bound else None)


def _caregiver(pk: int) -> Caregiver:
    caregiver = get_object_or_404(Caregiver.objects.select_related("user"), pk=pk)
    if not caregiver.user.is_active:
        raise Http404("a closed account")
    return caregiver


def _written_before(caregiver: Caregiver, data: dict[str, Any]) -> CareRecipient | None:
    """The new person, when the same form has written them down and booked for them before."""
    known = Booking.objects.filter(token=data["token"], caregiver=caregiver).select_related("care_recipient").first()
    return known.care_recipient if known and known.care_recipient.full_name == data["full_name"] else None


def _new_person(caregiver: Caregiver, data: dict[str, Any]) -> CareRecipient:
    return caregiver.care_recipients.create(full_name=data["full_name"], relationship=data["relationship"])


def _done(booking: Booking) -> str:
    email = booking.caregiver.user.email
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        return _("The place is held. We’ve emailed %(email)s how to pay the deposit.") % {"email": email}
    return _("The place is booked, and there’s no deposit to pay. We’ve emailed %(email)s to confirm.") % {
        "email": email
    }
