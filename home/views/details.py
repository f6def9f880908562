"""What our carers need to know before the visit: asked on one page, only where something is missing."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from home.details_form import DetailsForm
from payments.queries import row
from payments.views.common import own_booking
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.details_shown import known_details
from portal.bookings.domain.details import Details, details_of, may_tell, save_details


@never_cache
@login_required
def details(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for what is missing and show the rest to confirm; `?change=1` shows all of it to change."""
    booking = own_booking(request, reference)
    if not may_tell(booking):
        messages.info(request, _("We ask for these details once a place is booked, until the session starts."))
        return redirect("home:booking", booking.reference)
    found = details_of(booking)
    everything = request.GET.get("change") == "1"
    form = DetailsForm(request.POST if request.method == "POST" else None, details=found, everything=everything)
    if request.method == "POST" and form.is_valid():
        cause = Cause(actor_of(request), Source.CAREGIVER)
        save_details(found, fields=form.person_data(), answers=form.answers(), cause=cause)
        messages.success(request, _("Thank you. Your details for this visit have been saved."))
        return redirect("home:booking", booking.reference)
    context = {"booking": row(booking), "form": form, **_shown(found, form)}
    return render(request, "home/details.html", context, status=422 if form.errors else 200)


def _shown(found: Details, form: DetailsForm) -> dict[str, Any]:
    """What is known and not a field of the form."""
    known = [detail for detail in known_details(found) if not set(detail.names) & set(form.fields)]
    return {"known": known, "person": found.person}
