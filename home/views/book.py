"""The booking page."""

import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from home.forms import BookingForm
from payments.domain.checkout import book as make_booking
from payments.queries import row
from payments.views.common import signed_in
from portal.activity.domain import record
from portal.activity.models import Activity
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import AlreadyBooked, BookingError, TimesOverlap
from portal.bookings.forms import accept_when_sent_again
from portal.bookings.models import Booking, Service
from portal.caregivers.domain import caregiver_of
from portal.security import limits


@never_cache
@login_required
def book(request: HttpRequest) -> HttpResponse:
    """Choose a session and a person; `Continue to deposit` holds the place."""
    user = signed_in(request)
    services = list(Service.objects.filter(active=True))
    only = _named(services, request.GET.get("service"))
    if request.method != "POST":
        _note(request, Activity.SERVICE_VIEWED, only)
        initial = {"service": only and only.slug, "token": uuid.uuid4()}
        return _form_page(request, BookingForm(user=user, only=only, initial=initial), services)
    refusal = limits.or_429(request, "book")
    if refusal is not None:
        return refusal
    form = BookingForm(request.POST, user=user, only=only)
    _note(request, Activity.BOOKING_STARTED, _named(services, request.POST.get("service")))
    if "change" in request.POST or not form.is_valid():
        return _form_page(request, form, services)
    return _held(request, form, services)


def _form_page(request: HttpRequest, form: BookingForm, services: list[Service]) -> HttpResponse:
    context = {"form": form, "services": services}
    return render(request, "home/book.html", context, status=422 if form.errors else 200)


def _held(request: HttpRequest, form: BookingForm, services: list[Service]) -> HttpResponse:
    """The way to the deposit; or the booking that is there already, the question of an overlap, the form again."""
    try:
        booking = _made(request, form)
    except AlreadyBooked as known:
        return _to_existing(request, known.booking)
    except TimesOverlap as overlap:
        accept_when_sent_again(form, overlap)
        context = {"form": form, "rows": [row(booking) for booking in overlap.bookings]}
        return render(request, "home/book_overlap.html", context)
    except BookingError as error:
        form.add_error("session", error.sentence)
        return _form_page(request, form, services)
    return redirect("payments:deposit", booking.reference)


def _to_existing(request: HttpRequest, booking: Booking) -> HttpResponse:
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        page = "payments:deposit"
        said = _("We’re already holding a place in this session for %(person)s. Pay the deposit here.")
    else:
        page = "home:booking"
        said = _("You’ve already booked this session for %(person)s. Here’s the booking.")
    messages.info(request, said % {"person": booking.care_recipient.full_name})
    return redirect(page, booking.reference)


def _made(request: HttpRequest, form: BookingForm) -> Booking:
    data = form.cleaned_data
    return make_booking(
        session=data["session"],
        caregiver=caregiver_of(signed_in(request)),
        care_recipient=data["care_recipient"],
        notes=data["notes"],
        token=data["token"],
        cause=Cause(actor_of(request), Source.CAREGIVER),
        accepted=data["accepted"],
    )


def _named(services: list[Service], slug: str | None) -> Service | None:
    return next((service for service in services if service.slug == slug), None)


def _note(request: HttpRequest, activity: Activity, service: Service | None) -> None:
    """A service is viewed when its sessions are shown, and a booking is started when its form is sent."""
    record(
        request,
        activity,
        service_id=service.pk if service else None,
        service=service.slug if service else "",
    )
