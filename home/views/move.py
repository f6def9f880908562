"""A caregiver moves a booking to another session of the same service."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from payments.domain.reschedule import move_to_session
from payments.queries import row
from payments.views.common import own_booking
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.domain.reschedule import movable_until
from portal.bookings.errors import BookingError, TimesOverlap
from portal.bookings.forms import MoveForm, ask_about_overlap
from portal.bookings.models import Booking
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
    context = {"booking": row(booking), "form": form, "until": _local(booking, until)}
    return render(request, "home/move.html", context, status=422 if form.errors else 200)


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
    messages.success(request, _("Your booking has been moved. Your payment moves with it. We’ve sent you an email."))
    return True


def _local(booking: Booking, until: datetime | None) -> datetime | None:
    return until.astimezone(booking.session.starts_local.tzinfo) if until else None
