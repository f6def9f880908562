"""How a session was: three questions afterwards."""

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
from portal.bookings.domain.feedback import can_give_feedback, feedback_on, give_feedback
from portal.bookings.errors import FeedbackClosed
from portal.bookings.models import Feedback, Rating


class FeedbackForm(forms.Form):
    """Three questions; the third may be left out."""

    rating = forms.TypedChoiceField(
        label=gettext_lazy("How was the session?"),
        choices=Rating.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose how the session was.")},
    )
    would_book_again = forms.TypedChoiceField(
        label=gettext_lazy("Would you book this service again?"),
        choices=(("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No"))),
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose whether you’d book this service again.")},
    )
    comment = forms.CharField(
        label=gettext_lazy("Is there anything you’d like to tell us?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )


@never_cache
@login_required
def feedback(request: HttpRequest, reference: str) -> HttpResponse:
    """Give it, or change it for two weeks."""
    booking = own_booking(request, reference)
    given = feedback_on(booking)
    if not can_give_feedback(booking, given):
        messages.info(request, _closed(given))
        return redirect("home:booking", booking.reference)
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial=_initial(given))
    if form.is_bound and form.is_valid():
        try:
            give_feedback(booking, **form.cleaned_data, cause=Cause(actor_of(request), Source.CAREGIVER))
        except FeedbackClosed as error:
            form.add_error(None, error.sentence)
        else:
            messages.success(request, _("Thank you. We’ve passed your feedback to our team."))
            return redirect("home:booking", booking.reference)
    context = {"booking": row(booking), "form": form}
    return render(request, "home/feedback.html", context, status=422 if form.errors else 200)


def _closed(given: Feedback | None) -> str:
    return FeedbackClosed().sentence if given else _("You can tell us how a session was once it’s been attended.")


def _initial(given: Feedback | None) -> dict[str, object]:
    if given is None:
        return {}
    again = "yes" if given.would_book_again else "no"
    return {"rating": given.rating, "would_book_again": again, "comment": given.comment}
