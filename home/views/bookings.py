"""Your bookings: the list, one booking, its calendar file."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from payments.queries import history_of, payments_of, row, rows_of
from payments.views.common import own_booking, signed_in
from portal.bookings.calendar_files import calendar_file


@never_cache
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Your bookings."""
    rows = rows_of(signed_in(request))
    upcoming = sorted((r for r in rows if r.is_upcoming), key=lambda r: (not r.can_pay, r.starts_local))
    past = [r for r in rows if not r.is_upcoming]
    return render(request, "home/dashboard.html", {"upcoming": upcoming, "past": past})


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
        "calendar_url": reverse("home:calendar", args=[booking.reference]) if shown.is_upcoming else "",
        "can_extend": booking.can_extend_hold,
        "extend_url": reverse("payments:extend", args=[booking.reference]),
    }
    return render(request, "home/booking_detail.html", context)


@never_cache
@login_required
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The session for the caregiver's calendar."""
    booking = own_booking(request, reference)
    response = HttpResponse(calendar_file(booking, settings.SITE_NAME), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="booking-{booking.reference}.ics"'
    return response
