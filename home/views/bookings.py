"""Your bookings: the list, one booking, its calendar file."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from home.booking_told import told
from home.past import past_page
from payments.price_lines import price_of
from payments.queries import history_of, payments_of, row, upcoming_rows_of
from payments.views.common import own_booking, signed_in
from portal.bookings.calendar_files import calendar_file, google_link, outlook_link
from portal.bookings.models import Booking
from portal.common import clock
from portal.organisation.profile import site_profile


@never_cache
@login_required
def dashboard(request: HttpRequest) -> HttpResponse:
    """Your bookings."""
    user = signed_in(request)
    past, page, narrowing = past_page(user, request.GET)
    context = {"upcoming": upcoming_rows_of(user), "past": past, "page_obj": page, "filter": narrowing}
    return render(request, "home/dashboard.html", context)


@never_cache
@login_required
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One booking with its history."""
    booking = own_booking(request, reference)
    payments = payments_of(booking)
    context = {
        "booking": row(booking),
        "history": history_of(booking, payments),
        "payments": payments,
        "price": price_of(booking),
        **_calendar_links(booking),
        "can_extend": booking.can_extend_hold,
        "extend_url": reverse("payments:extend", args=[booking.reference]),
        **told(booking),
    }
    return render(request, "home/booking_detail.html", context)


def _calendar_links(booking: Booking) -> dict[str, str]:
    """For a booking ahead: its file, and filled-in pages elsewhere. The file of a cancelled one strikes it out."""
    if booking.session.ends_at <= clock.now():
        return {}
    links = {"calendar_url": reverse("home:calendar", args=[booking.reference])}
    if booking.is_upcoming:
        links |= {"google_url": google_link(booking), "outlook_url": outlook_link(booking)}
    return links


@never_cache
@login_required
def calendar(request: HttpRequest, reference: str) -> HttpResponse:
    """The session for the caregiver's calendar."""
    booking = own_booking(request, reference)
    response = HttpResponse(calendar_file(booking, site_profile().name), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="booking-{booking.reference}.ics"'
    return response
