"""The deposit page and what its script asks."""

from contextlib import suppress
from typing import Any

from allauth.core.ratelimit import consume_or_429
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache

from payments.copy import deposit_copy
from payments.domain.checkout import Checkout, CheckoutClosed, check_once, open_checkout
from payments.enums import CAPTURED, PaymentStatus
from payments.gateway.base import GatewayError
from payments.queries import live_deposit, row
from payments.views.common import own_booking
from portal.activity.domain import record
from portal.activity.models import Activity
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common.csp import payment_page

PAID = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)
CLOSED = {BookingStatus.EXPIRED: "expired", BookingStatus.CANCELLED: "cancelled"}


@never_cache
@payment_page
@login_required
def deposit(request: HttpRequest, reference: str) -> HttpResponse:
    """Pay the deposit; the state shown is the ledger's, whatever the address bar says."""
    booking = own_booking(request, reference)
    refusal = _too_often(request)
    if refusal is not None:
        return refusal
    checkout: Checkout | None = None
    state = _closed_state(booking)
    if not state:
        state, checkout = _opened(booking)
        booking = own_booking(request, reference)  # the answer may have settled it
    if state == "ready":
        service = booking.session.service
        record(
            request,
            Activity.DEPOSIT_PAGE_OPENED,
            service_id=service.pk,
            service=service.slug,
            object_id=str(booking.pk),
        )
    status = 503 if state == "unavailable" else 200
    return render(request, "payments/deposit.html", _context(request, booking, state, checkout), status=status)


def _too_often(request: HttpRequest) -> HttpResponse | None:
    """A 429 when one person makes us ask Stripe too often."""
    refusal: HttpResponse | None = consume_or_429(request, action="pay", user=request.user, limit_get=True)
    return refusal


def _closed_state(booking: Booking) -> str:
    """The page's state when nothing is to be paid, else empty."""
    if booking.status in PAID:
        return "paid"
    return CLOSED.get(BookingStatus(booking.status), "")


def _opened(booking: Booking) -> tuple[str, Checkout | None]:
    try:
        checkout = open_checkout(booking)
    except CheckoutClosed:
        return _released_state(booking), None
    except GatewayError:
        return "unavailable", None
    return _state_of(checkout), checkout


def _released_state(booking: Booking) -> str:
    """Its time is over; or the answer came between two looks."""
    booking.refresh_from_db()
    if closed := _closed_state(booking):
        return closed
    payment = live_deposit(booking)
    return "processing" if payment and payment.status == PaymentStatus.PROCESSING else "released"


def _state_of(checkout: Checkout) -> str:
    if checkout.payment.status in CAPTURED:
        return "paid"
    if checkout.payment.status == PaymentStatus.PROCESSING or checkout.intent.status == "succeeded":
        return "processing"
    return "ready"


def _context(request: HttpRequest, booking: Booking, state: str, checkout: Checkout | None) -> dict[str, Any]:
    reference = booking.reference
    context: dict[str, Any] = {
        "state": state,
        "copy": deposit_copy(),
        "booking": row(booking),
        "status_url": reverse("payments:deposit_status", args=[reference]),
        "return_url": request.build_absolute_uri(reverse("payments:deposit", args=[reference])),
    }
    if state == "paid":
        context["calendar_url"] = reverse("payments:calendar", args=[reference])
    if booking.can_extend_hold:
        context["extend_url"] = reverse("payments:extend", args=[reference])
    if state == "ready" and checkout is not None:
        context |= {
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
            "client_secret": checkout.intent.client_secret,
            "stripe_js_url": settings.STRIPE_JS_URL,
        }
    return context


@never_cache
@login_required
def status(request: HttpRequest, reference: str) -> HttpResponse:
    """What the ledger says now; with `?check=1` (the webhook is slow) Stripe is asked, once in ten seconds."""
    booking = own_booking(request, reference)
    payment = live_deposit(booking)
    if request.GET.get("check") == "1" and payment is not None and payment.status not in CAPTURED:
        refusal = _too_often(request)
        if refusal is not None:
            return refusal
        with suppress(GatewayError):  # logged by the gateway; the next poll or the webhook tells
            check_once(payment)
        booking = own_booking(request, reference)
        payment = live_deposit(booking)
    state = _closed_state(booking) or "waiting"
    return JsonResponse({"state": state, "payment": payment.status if payment else ""})
