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
from payments.payment_page.sample import context, opens
from payments.queries import live_payment, row
from payments.views.common import own_booking
from payments.views.shell import bank_refused, payment_shell
from portal.activity.domain import record
from portal.activity.models import Activity
from portal.audit.actor import Cause, Source, actor_of
from portal.bookings.domain.holds import extend_hold
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import BookingError
from portal.bookings.models import Booking
from portal.common.clock import clock_time
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
    checkout: Checkout | None = None
    state = _closed_state(booking, purpose)
    if not state:
        state, checkout = _opened(booking, purpose)
        booking = own_booking(request, booking.reference)  # the answer may have settled it
    if state is CheckoutState.READY and purpose == Purpose.DEPOSIT:
        _note_opened(request, booking)
    status = 503 if state is CheckoutState.UNAVAILABLE else 200
    return render(request, "payments/deposit.html", _context(request, booking, state, checkout, purpose), status=status)


def _note_opened(request: HttpRequest, booking: Booking) -> None:
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


def _closed_state(booking: Booking, purpose: Purpose) -> CheckoutState | None:
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


def _opened(booking: Booking, purpose: Purpose) -> tuple[CheckoutState, Checkout | None]:
    try:
        checkout = open_checkout(booking, purpose)
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
    if closed := _closed_state(fresh, purpose):
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
        "status_url": reverse(f"payments:{purpose.value}_status", args=[reference]),
        "return_url": request.build_absolute_uri(shown.pay_url),
    }
    if state is CheckoutState.PAID and shown.is_upcoming:
        context["calendar_url"] = reverse("home:calendar", args=[reference])
    if booking.can_extend_hold:
        context["extend_url"] = reverse("payments:extend", args=[reference])
    if state is CheckoutState.READY and checkout is not None:
        context |= {
            "publishable_key": settings.STRIPE_PUBLISHABLE_KEY,
            "client_secret": checkout.intent.client_secret,
            "bank_refused": bank_refused(request),
            "stripe_js_url": settings.STRIPE_JS_URL,
        }
    return context


@never_cache
@login_required
def status(request: HttpRequest, reference: str, purpose: Purpose) -> HttpResponse:
    """What the ledger says now; with `?check=1` (the webhook is slow) Stripe is asked, once in ten seconds."""
    booking = own_booking(request, reference)
    payment = live_payment(booking, purpose)
    if request.GET.get("check") == "1" and payment is not None and payment.status not in CAPTURED:
        refusal = _too_often(request)
        if refusal is not None:
            return refusal
        with suppress(GatewayError):  # logged by the gateway; the next poll or the webhook tells
            check_once(payment)
        booking = own_booking(request, reference)
        payment = live_payment(booking, purpose)
    state = _closed_state(booking, purpose) or CheckoutState.WAITING
    return JsonResponse({"state": state, "payment": payment.status if payment else ""})


@login_required
@require_POST
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for more time, once."""
    booking = own_booking(request, reference)
    try:
        extended = extend_hold(booking.pk, cause=Cause(actor_of(request), Source.CAREGIVER))
    except BookingError as error:
        messages.error(request, error.sentence)
    else:
        until = extended.hold_expires_at
        assert until is not None  # extending sets it
        local = until.astimezone(booking.session.starts_local.tzinfo)
        said = _("We’ll now hold your place until %(time)s on %(day)s.")
        messages.success(request, said % {"time": clock_time(local), "day": f"{local:%-d %B}"})
    return redirect("payments:deposit", booking.reference)
