"""A caregiver moves a booking to another session of the same service."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from payments.domain.reschedule import move_to_session
from payments.queries import row
from payments.views.common import own_booking
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.domain.reschedule import movable_until
from portal.bookings.errors import BookingError, TimesOverlap
from portal.bookings.forms import MoveForm, ask_about_overlap
from portal.bookings.models import Booking
from portal.bookings.session_options import choosing
from portal.notifications.domain.page_texts import page_words
from portal.security import limits


@never_cache
@login_required
def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose another session; deposit, price and terms stay with the booking."""
    booking = own_booking(request, reference)
    until = movable_until(booking)
    form = MoveForm(request.POST or None, booking=booking)
    if request.method == "POST":
        refusal = limits.or_429(request, "book")
        if refusal is not None:
            return refusal
        if form.is_valid() and _moved(request, booking, form):
            return redirect("home:booking", booking.reference)
    context = {"booking": row(booking), "form": form, "until": until and booking.session.local(until)}
    if until:
        context |= _other_sessions(request, booking, form)
    return render(request, "home/move.html", context, status=422 if form.errors else 200)


def _other_sessions(request: HttpRequest, booking: Booking, form: MoveForm) -> dict[str, Any]:
    chosen = str(form["session"].value() or request.GET.get("session", ""))
    page, current = reverse("home:move", args=[booking.reference]), booking.session_id
    return {**choosing(booking.session.service, request.GET, chosen, page=page, excluding=current), "terms": None}


def _moved(request: HttpRequest, booking: Booking, form: MoveForm) -> bool:
    target = form.cleaned_data["session"]
    try:
        move_to_session(
            booking.pk,
            from_session=form.cleaned_data["from_session"],
            to_session=target.pk,
            cause=Cause(actor_of(request), Source.CAREGIVER),
            accepted=form.cleaned_data["accepted"],
        )
    except TimesOverlap as overlap:
        ask_about_overlap(form, overlap)
        return False
    except BookingError as error:
        form.add_error("session", error.sentence)
        return False
    messages.success(request, page_words("booking_moved").lead)
    return True
