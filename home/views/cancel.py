"""Cancelling a booking: the quote first, then the yes."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from payments.domain.cancellation import LessThanShown, NotCancellable
from payments.domain.cancellation import cancel as cancel_booking
from payments.domain.refunds.quote import quote, read_signed, signed
from payments.domain.release import Released
from payments.queries import row
from payments.refund_sentences import before
from payments.views.common import own_booking
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.models import Booking
from portal.notifications.domain.page_texts import page_words


@never_cache
@login_required
def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what comes back, and why; then cancel."""
    booking = own_booking(request, reference)
    if not row(booking).can_cancel:
        messages.error(request, _("You can no longer cancel this booking online. Please contact us."))
        return redirect("home:booking", booking.reference)
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
    return render(request, "home/cancel_confirm.html", context, status=422 if again else 200)


def _cancelled(request: HttpRequest, booking: Booking) -> HttpResponse:
    shown = read_signed(booking, request.POST.get("quoted", ""))
    if shown is None:
        return _asked(request, booking, again=True)
    try:
        outcome = cancel_booking(booking, cause=Cause(actor_of(request), Source.CAREGIVER), shown=shown)
    except LessThanShown:
        return _asked(request, booking, again=True)
    except NotCancellable:
        messages.error(request, _("You can no longer cancel this booking online. Please contact us."))
        return redirect("home:booking", booking.reference)
    if outcome is Released.KEPT:
        messages.info(
            request,
            _("A payment is still going through. We’ll cancel the booking once that’s finished, and email you."),
        )
    else:
        messages.success(request, page_words("booking_cancelled").lead)
    return redirect("home:dashboard")
