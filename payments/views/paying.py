"""The pages where the deposit and the balance are paid, and what their script asks."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from payments.deposit_copy import copy_for
from payments.domain.checkout import Checkout, CheckoutClosed, CheckoutState, check_once, open_checkout
from payments.domain.payable import is_payable
from payments.domain.pricing import balance_due
from payments.enums import CAPTURED, PaymentStatus, Purpose
from payments.gateway.base import GatewayError, GatewayMisconfigured, GatewayRefused
from payments.models import Payment
from payments.payment_page.sample import context, opens
from payments.price_lines import price_of
from payments.queries import live_payment, minutes_left_forms, row, seconds_left
from payments.views.common import bank_refused, own_booking, payment_shell
from portal.activity.domain import record
from portal.activity.models import Activity
from portal.audit.actor import Actor, Cause, Source, actor_of
from portal.bookings.domain.details import details_wanted
from portal.bookings.domain.holds import extend_hold
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import BookingError
from portal.bookings.models import Booking
from portal.common import clock, when
from portal.security import limits

OVER = {BookingStatus.EXPIRED: CheckoutState.EXPIRED, BookingStatus.CANCELLED: CheckoutState.CANCELLED}
DEPOSIT_PAID = (BookingStatus.CONFIRMED, BookingStatus.COMPLETED, BookingStatus.NO_SHOW)


@payment_shell
@login_required
def deposit(request: HttpRequest, reference: str) -> HttpResponse:
    """Pay the deposit; the state shown is the ledger's, whatever the address bar says. Safe to open again."""
    return _pay_page(request, own_booking(request, reference), Purpose.DEPOSIT)


@payment_shell
@login_required
def balance(request: HttpRequest, reference: str) -> HttpResponse:
    """Pay the rest of the price; a booking without its deposit pays that first."""
    booking = own_booking(request, reference)
    if booking.status == BookingStatus.AWAITING_DEPOSIT:
        return redirect("payments:deposit", booking.reference)
    return _pay_page(request, booking, Purpose.BALANCE)


@payment_shell
def sample(request: HttpRequest, token: str) -> HttpResponse:
    """What the hourly check of scripts and headers reads; nobody's booking, and nothing can be paid."""
    if not opens(token):
        raise Http404
    return render(request, "payments/deposit.html", context())


def _pay_page(request: HttpRequest, booking: Booking, purpose: Purpose) -> HttpResponse:
    refusal = _too_often(request)
    if refusal is not None:
        return refusal
    state, checkout = page_state(booking, purpose)
    if checkout is not None:
        booking = own_booking(request, booking.reference)  # the answer may have settled it
    if state is CheckoutState.READY and purpose == Purpose.DEPOSIT:
        note_opened(request, booking)
    status = 503 if state is CheckoutState.UNAVAILABLE else 200
    return render(request, "payments/deposit.html", _context(request, booking, state, checkout, purpose), status=status)


def note_opened(request: HttpRequest, booking: Booking) -> None:
    """One more in the funnel."""
    service = booking.session.service
    record(
        request,
        Activity.DEPOSIT_PAGE_OPENED,
        service_id=service.pk,
        service=service.slug,
    )


def _too_often(request: HttpRequest) -> HttpResponse | None:
    """A 429 when one person makes us ask Stripe too often."""
    return limits.or_429(request, "pay")


def page_state(
    booking: Booking, purpose: Purpose, *, opened_by: Actor | None = None
) -> tuple[CheckoutState, Checkout | None]:
    """What the page shows, and what can be paid there; Stripe is asked unless nothing is to be paid."""
    if closed := closed_state(booking, purpose):
        return closed, None
    return _opened(booking, purpose, opened_by)


def closed_state(booking: Booking, purpose: Purpose) -> CheckoutState | None:
    """The page's state when nothing is to be paid."""
    if booking.status in OVER:
        return OVER[BookingStatus(booking.status)]
    if purpose == Purpose.DEPOSIT:
        return CheckoutState.PAID if booking.status in DEPOSIT_PAID else None
    if balance_due(booking) == 0:
        return CheckoutState.PAID
    payable = is_payable(booking, Purpose.BALANCE)
    return None if payable or _is_processing(booking, Purpose.BALANCE) else CheckoutState.BEGUN


def _is_processing(booking: Booking, purpose: Purpose) -> bool:
    payment = live_payment(booking, purpose)
    return payment is not None and payment.status == PaymentStatus.PROCESSING


def _opened(booking: Booking, purpose: Purpose, opened_by: Actor | None) -> tuple[CheckoutState, Checkout | None]:
    try:
        checkout = open_checkout(booking, purpose, opened_by=opened_by)
    except CheckoutClosed:
        return _released_state(booking, purpose), None
    except GatewayMisconfigured:  # our fault, and no verdict on this payment
        return CheckoutState.UNAVAILABLE, None
    except GatewayRefused:
        return CheckoutState.REFUSED, None
    except GatewayError:
        return CheckoutState.UNAVAILABLE, None
    return _state_of(checkout), checkout


def _released_state(booking: Booking, purpose: Purpose) -> CheckoutState:
    """Its time is over; or the answer came between two looks."""
    fresh = Booking.objects.with_details().get(pk=booking.pk)
    if closed := closed_state(fresh, purpose):
        return closed
    return CheckoutState.PROCESSING if _is_processing(fresh, purpose) else CheckoutState.RELEASED


def _state_of(checkout: Checkout) -> CheckoutState:
    if checkout.payment.status in CAPTURED:
        return CheckoutState.PAID
    if checkout.payment.status == PaymentStatus.PROCESSING or checkout.intent.status == "succeeded":
        return CheckoutState.PROCESSING
    return CheckoutState.READY


def _context(
    request: HttpRequest, booking: Booking, state: CheckoutState, checkout: Checkout | None, purpose: Purpose
) -> dict[str, Any]:
    reference = booking.reference
    shown = row(booking, purpose)
    context: dict[str, Any] = {
        "state": state,
        "purpose": purpose.value,
        "copy": copy_for(purpose),
        "booking": shown,
        "price": price_of(booking),
        "status_url": reverse(f"payments:{purpose.value}_status", args=[reference]),
        "return_url": request.build_absolute_uri(shown.pay_url),
    }
    if state is CheckoutState.PAID and shown.is_upcoming:
        context["calendar_url"] = reverse("home:calendar", args=[reference])
        context["details_wanted"] = details_wanted(booking)
        context["details_url"] = reverse("home:details", args=[reference])
    if purpose == Purpose.DEPOSIT and booking.can_extend_hold:
        context["extend_url"] = reverse("payments:extend", args=[reference])
    if state is CheckoutState.READY and checkout is not None:
        context |= {**card_form(checkout), "bank_refused": bank_refused(request)}
    return context


def card_form(checkout: Checkout) -> dict[str, Any]:
    """What the card form's template needs."""
    return {
        "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
        "client_secret": checkout.intent.client_secret,
        "stripe_js_url": settings.STRIPE_JS_URL,
        "minutes_left": minutes_left_forms(),
    }


@never_cache
@login_required
def status(request: HttpRequest, reference: str, purpose: Purpose) -> HttpResponse:
    """What the ledger says now; with `?check=1` (the webhook is slow) Stripe is asked, once in ten seconds."""
    booking = own_booking(request, reference)
    if payment := to_check(request, booking, purpose):
        refusal = _too_often(request)
        if refusal is not None:
            return refusal
        with suppress(GatewayError):  # logged by the gateway; the next poll or the webhook tells
            check_once(payment)
        booking = own_booking(request, reference)
    return JsonResponse(status_of(booking, purpose))


def to_check(request: HttpRequest, booking: Booking, purpose: Purpose) -> Payment | None:
    """The payment that Stripe is asked about: an open one, when the request says so."""
    payment = live_payment(booking, purpose) if request.GET.get("check") == "1" else None
    return payment if payment is not None and payment.status not in CAPTURED else None


def status_of(booking: Booking, purpose: Purpose) -> dict[str, Any]:
    """What the payment page's script reads: while a place is held, for how many seconds more by our clock."""
    payment = live_payment(booking, purpose)
    held = {"seconds_left": seconds_left(booking)} if is_payable(booking) else {}
    state = closed_state(booking, purpose) or CheckoutState.WAITING
    return {"state": state, "payment": payment.status if payment else "", **held}


@login_required
@require_POST
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for more time, once."""
    booking = own_booking(request, reference)
    cause = Cause(actor_of(request), Source.CAREGIVER)
    return extended(request, booking, cause, back=reverse("payments:deposit", args=[booking.reference]))


def extended(request: HttpRequest, booking: Booking, cause: Cause, *, back: str) -> HttpResponse:
    """The hold made longer, or why not: JSON for the page's script, whose card form keeps what was typed; else a page.

    `back` is the page's address.
    """
    try:
        longer = extend_hold(booking.pk, cause=cause)
    except BookingError as error:
        if _wants_json(request):
            return JsonResponse({"error": error.sentence}, status=409)
        messages.error(request, error.sentence)
        return redirect(back)
    assert longer.hold_expires_at is not None  # extending sets it
    until = when.until(booking.session.local(longer.hold_expires_at), clock.now())
    sentence = _("We’ll now hold your place until %(time)s.") % {"time": until}
    if _wants_json(request):
        return JsonResponse({"message": sentence, "until": until, "seconds_left": seconds_left(longer)})
    messages.success(request, sentence)
    return redirect(back)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept") == "application/json"
