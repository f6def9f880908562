"""The caregiver's notes on a booking, until the session starts."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from payments.queries import row
from payments.views.common import own_booking
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.domain.notes import can_change_notes, change_notes
from portal.bookings.errors import NotesClosed


class NotesForm(forms.Form):
    """As long as on the booking page."""

    notes = forms.CharField(
        label=gettext_lazy("Notes"),
        max_length=1000,
        required=False,
        help_text=gettext_lazy("Anything our team should know for this session."),
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@never_cache
@login_required
def notes(request: HttpRequest, reference: str) -> HttpResponse:
    """See them and change them."""
    booking = own_booking(request, reference)
    if not can_change_notes(booking):
        messages.info(request, NotesClosed().sentence)
        return redirect("home:booking", booking.reference)
    posted = request.POST if request.method == "POST" else None
    form = NotesForm(posted, initial={"notes": booking.notes})
    if form.is_bound and form.is_valid():
        try:
            change_notes(booking.pk, notes=form.cleaned_data["notes"], cause=Cause(actor_of(request), Source.CAREGIVER))
        except NotesClosed as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Your notes have been saved."))
            return redirect("home:booking", booking.reference)
    context = {"booking": row(booking), "form": form}
    return render(request, "home/notes.html", context, status=422 if form.errors else 200)
