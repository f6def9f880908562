"""The booking page."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from home import booking_draft
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
from portal.bookings.session_options import choosing, next_of_each
from portal.caregivers.domain import caregiver_of
from portal.security import limits

RESUME = "resume"  # in an address: take up the draft again


@never_cache
def book(request: HttpRequest) -> HttpResponse:
    """Choose a session and a person; `Continue to deposit` holds the place."""
    if not request.user.is_authenticated:
        return _after_signing_in(request)
    services = list(Service.objects.filter(active=True))
    if request.method != "POST":
        return _empty_form(request, services)
    if "show" in request.POST or "add_person" in request.POST:
        return _put_aside(request)
    refusal = limits.or_429(request, "book")
    if refusal is not None:
        return refusal
    form = BookingForm(request.POST, user=signed_in(request), only=_named(services, request.GET.get("service")))
    _note(request, Activity.BOOKING_STARTED, _named(services, request.POST.get("service")))
    if "change" in request.POST or not form.is_valid():
        return _form_page(request, form, services)
    return _held(request, form, services)


def _after_signing_in(request: HttpRequest) -> HttpResponse:
    """Nothing that was chosen or typed is lost."""
    is_kept = request.method == "POST" and booking_draft.keep(request, request.POST)
    return redirect_to_login(_this_page(request) if is_kept else request.get_full_path())


def _put_aside(request: HttpRequest) -> HttpResponse:
    """To the chosen service's times, or to adding a person; what was typed is there again afterwards."""
    booking_draft.keep(request, request.POST)
    back = _this_page(request)
    if "show" in request.POST:
        return redirect(back)
    return redirect(f"{reverse('caregivers:add_person')}?{urlencode({'next': back})}")


def _this_page(request: HttpRequest) -> str:
    """The booking page with the service and session that were sent, which takes up the draft."""
    chosen = [(name, request.POST[name]) for name in ("service", "session") if request.POST.get(name)]
    if "show" in request.POST:
        chosen = chosen[:1]
    return f"{reverse('home:book')}?{urlencode([*chosen, (RESUME, '1')])}"


def _empty_form(request: HttpRequest, services: list[Service]) -> HttpResponse:
    user, query = signed_in(request), request.GET
    initial: dict[str, Any] = {"token": uuid.uuid4()}
    if query.get("again"):
        initial |= _again(request)
    if query.get(RESUME):
        initial |= booking_draft.kept(request)
    named = {"service": query.get("service"), "session": query.get("session"), "care_recipient": query.get("person")}
    initial |= {name: value for name, value in named.items() if value}
    only = _named(services, initial.get("service"))
    initial["service"] = only and only.slug
    if not _turns_the_calendar(request):
        _note(request, Activity.SERVICE_VIEWED, only)
    return _form_page(request, BookingForm(user=user, only=only, initial=initial), services)


def _turns_the_calendar(request: HttpRequest) -> bool:
    """Whether the service was looked at before: by a link of its calendar, or by the page's script."""
    links = ("day", "month", "weekday", "part")
    return "X-Requested-With" in request.headers or any(name in request.GET for name in links)


def _again(request: HttpRequest) -> dict[str, Any]:
    """The service, person and notes of an earlier booking of theirs; nothing of anybody else's."""
    bookings = Booking.objects.of(signed_in(request)).select_related("session__service")
    earlier = bookings.filter(reference=request.GET["again"]).first()
    if earlier is None:
        return {}
    person, notes = earlier.care_recipient_id, earlier.notes
    return {"service": earlier.session.service.slug, "care_recipient": person, "notes": notes}


def _form_page(request: HttpRequest, form: BookingForm, services: list[Service]) -> HttpResponse:
    chosen_id = str(form["session"].value() or "")
    service = _named(services, form["service"].value())
    if service is None:
        times: dict[str, Any] = {"groups": next_of_each(services), "chosen_session": chosen_id}
    else:
        holds = Booking.objects.of(signed_in(request)).filter(status=BookingStatus.AWAITING_DEPOSIT)
        page, kept = reverse("home:book"), _kept(request, form)
        times = choosing(service, request.GET, chosen_id, page=page, kept=kept, holds=holds)
    context = {"form": form, "services": services, **times}
    return render(request, "home/book.html", context, status=422 if form.errors else 200)


def _kept(request: HttpRequest, form: BookingForm) -> list[tuple[str, str]]:
    """What the calendar's links keep beside the service and the time."""
    person = form["care_recipient"].value()
    kept = [("person", str(person))] if person else []
    return [*kept, (RESUME, "1")] if request.GET.get(RESUME) else kept


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
    booking_draft.forget(request)
    return redirect("payments:deposit", booking.reference)


def _to_existing(request: HttpRequest, booking: Booking) -> HttpResponse:
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        page = "payments:deposit"
        sentence = _("We’re already holding a place in this session for %(person)s. Pay the deposit here.")
    else:
        page = "home:booking"
        sentence = _("You’ve already booked this session for %(person)s. Here’s the booking.")
    messages.info(request, sentence % {"person": booking.care_recipient.full_name})
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
