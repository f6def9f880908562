"""Booking, the bookings page, one booking, its receipt and calendar file, cancelling it."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from payments.calendars import calendar_file
from payments.domain.cancellation import LessThanShown, NotCancellable
from payments.domain.cancellation import cancel as cancel_booking
from payments.domain.checkout import book as make_booking
from payments.domain.refund_quote import quote, read_signed, signed
from payments.domain.release import Released
from payments.forms import BookingForm, accept_when_sent_again
from payments.queries import history_of, payments_of, row, rows_of
from payments.receipts import Receipt, as_pdf, receipt_for
from payments.refund_sentences import before
from payments.views.common import actor, own_booking, signed_in
from portal.activity.domain import record
from portal.activity.models import Activity
from portal.audit.actor import Source
from portal.bookings.domain.holds import extend_hold
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import AlreadyBooked, BookingError, TimesOverlap
from portal.bookings.models import Booking, Service
from portal.caregivers.domain import caregiver_of
from portal.common.clock import clock_time
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
    return render(request, "payments/book.html", context, status=422 if form.errors else 200)


def _held(request: HttpRequest, form: BookingForm, services: list[Service]) -> HttpResponse:
    """The way to the deposit; or the booking that is there already, the question of an overlap, the form again."""
    try:
        booking = _made(request, form)
    except AlreadyBooked as known:
        return _to_existing(request, known.booking)
    except TimesOverlap as overlap:
        accept_when_sent_again(form, overlap)
        context = {"form": form, "rows": [row(booking) for booking in overlap.bookings]}
        return render(request, "payments/book_overlap.html", context)
    except BookingError as error:
        form.add_error("session", error.sentence)
        return _form_page(request, form, services)
    return redirect("payments:deposit", booking.reference)


def _to_existing(request: HttpRequest, booking: Booking) -> HttpResponse:
    said, page = _("You have already booked this session for %(person)s. This is the booking."), "booking"
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        said, page = _("You already hold a place in this session for %(person)s. This is its deposit."), "deposit"
    messages.info(request, said % {"person": booking.care_recipient.full_name})
    return redirect(f"payments:{page}", booking.reference)


def _made(request: HttpRequest, form: BookingForm) -> Booking:
    data = form.cleaned_data
    return make_booking(
        session=data["session"],
        caregiver=caregiver_of(signed_in(request)),
        care_recipient=data["care_recipient"],
        notes=data["notes"],
        token=data["token"],
        by=actor(request),
        source=Source.CAREGIVER,
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


@never_cache
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Your bookings."""
    rows = rows_of(signed_in(request))
    upcoming = sorted((r for r in rows if r.is_upcoming), key=lambda r: (not r.can_pay, r.starts_local))
    past = [r for r in rows if not r.is_upcoming]
    return render(request, "payments/dashboard.html", {"upcoming": upcoming, "past": past})


@never_cache
@login_required
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One booking with its history."""
    booking = own_booking(request, reference)
    shown = row(booking)
    context = {
        "booking": shown,
        "history": history_of(booking),
        "payments": payments_of(booking),
        "calendar_url": reverse("payments:calendar", args=[booking.reference]) if shown.is_upcoming else "",
        "can_extend": booking.can_extend_hold,
        "extend_url": reverse("payments:extend", args=[booking.reference]),
    }
    return render(request, "payments/booking_detail.html", context)


@login_required
@require_POST
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for more time, once."""
    booking = own_booking(request, reference)
    try:
        extended = extend_hold(booking.pk, by=actor(request), source=Source.CAREGIVER)
    except BookingError as error:
        messages.error(request, error.sentence)
    else:
        until = extended.hold_expires_at
        assert until is not None  # extending sets it
        local = until.astimezone(booking.session.starts_local.tzinfo)
        messages.success(request, f"We now keep the place for you until {clock_time(local)} on {local:%-d %B}.")
    return redirect("payments:deposit", booking.reference)


@never_cache
@login_required
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what comes back, and why; then cancel."""
    booking = own_booking(request, reference)
    if not row(booking).can_cancel:
        messages.error(request, "This booking can no longer be cancelled here. Please contact us.")
        return redirect("payments:booking", booking.reference)
    if request.method == "POST":
        return _cancelled(request, booking)
    return _asked(request, booking)


def _asked(request: HttpRequest, booking: Booking, *, again: bool = False) -> HttpResponse:
    """The page that asks for a yes, with what comes back; `again` when less comes back than it said before."""
    due = quote(booking)
    context = {
        "booking": row(booking),
        "refund_amount": due.amount,
        "sentences": before(due),
        "quoted": signed(booking, due.amount),
        "again": again,
    }
    return render(request, "payments/cancel_confirm.html", context, status=422 if again else 200)


def _cancelled(request: HttpRequest, booking: Booking) -> HttpResponse:
    shown = read_signed(booking, request.POST.get("quoted", ""))
    if shown is None:
        return _asked(request, booking, again=True)
    try:
        outcome = cancel_booking(booking, by=actor(request), source=Source.CAREGIVER, shown=shown)
    except LessThanShown:
        return _asked(request, booking, again=True)
    except NotCancellable:
        messages.error(request, "This booking can no longer be cancelled here. Please contact us.")
        return redirect("payments:booking", booking.reference)
    if outcome is Released.KEPT:
        messages.info(
            request, "A payment is still under way. We cancel the booking as soon as it is settled, and write to you."
        )
    else:
        messages.success(request, "Your booking is cancelled. We have sent you an e-mail.")
    return redirect("payments:dashboard")


def _receipt(request: HttpRequest, reference: str) -> Receipt:
    booking = own_booking(request, reference)
    found = receipt_for(booking, reverse("payments:receipt_pdf", args=[booking.reference]))
    if found is None:
        raise Http404("nothing was paid")
    return found


@never_cache
@login_required
def receipt(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt as a page."""
    return render(request, "payments/receipt.html", {"receipt": _receipt(request, reference)})


@never_cache
@login_required
def receipt_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The receipt as PDF."""
    found = _receipt(request, reference)
    response = HttpResponse(as_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="receipt-{found.number}.pdf"'
    return response


@never_cache
@login_required
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The session for the caregiver's calendar."""
    booking = own_booking(request, reference)
    response = HttpResponse(calendar_file(booking, settings.SITE_NAME), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="booking-{booking.reference}.ics"'
    return response
