"""The caregiver's calendar address: made, replaced and ended on one page, and read by calendars without a session."""

from datetime import timedelta
from hashlib import sha256
from typing import Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response, patch_cache_control
from django.utils.http import quote_etag
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from payments.views.common import signed_in
from portal.bookings.calendar_files import feed as feed_of
from portal.bookings.enums import HOLDS_PLACE
from portal.bookings.models import Booking, CalendarFeed
from portal.bookings.models.calendar_feed import hash_of
from portal.caregivers.domain import caregiver_of
from portal.common import clock
from portal.organisation.profile import site_profile
from portal.security import limits

MOST: Final = 300
LOOKS_BACK: Final = timedelta(days=30)


@never_cache
@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    """Whether there is an address; a new one is shown once, when it is made."""
    caregiver = caregiver_of(signed_in(request))
    token = CalendarFeed.renew(caregiver) if request.method == "POST" else ""
    path = reverse("home:feed", args=[token]) if token else ""
    address = f"{settings.BASE_URL}{path}" if path else ""
    context = {
        "address": address,
        "subscribe_url": address.replace("https://", "webcal://").replace("http://", "webcal://"),
        "feed": CalendarFeed.objects.filter(caregiver=caregiver).first(),
    }
    return render(request, "home/calendar.html", context)


@login_required
@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """The address stops working."""
    CalendarFeed.objects.filter(caregiver=caregiver_of(signed_in(request))).delete()
    messages.success(request, _("Your calendar link no longer works."))
    return redirect("home:calendar_settings")


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """Coming bookings as a calendar reads them: time, "Care booking" and a link, whoever holds the address."""
    token_hash = hash_of(token)
    if limits.count("calendar", request, account=token_hash).reached:
        refusal = HttpResponse(_("Too many requests. Try again later."), status=429, content_type="text/plain")
        refusal["Retry-After"] = "3600"
        return refusal
    found = CalendarFeed.objects.filter(token_hash=token_hash).values_list("caregiver", flat=True).first()
    if found is None:
        raise Http404("no such calendar")
    bookings = Booking.objects.filter(
        caregiver=found, status__in=HOLDS_PLACE, session__ends_at__gte=clock.now() - LOOKS_BACK
    )
    soonest = bookings.select_related("session__service").order_by("session__starts_at", "pk")[:MOST]
    content = feed_of(list(soonest), site_profile().name)
    etag = quote_etag(sha256(content).hexdigest())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["ETag"] = etag
    response["X-Robots-Tag"] = "noindex"
    patch_cache_control(response, private=True, max_age=900)
    return get_conditional_response(request, etag=etag, response=response) or response
