"""The deposit's pages for whoever has its emailed link: without an account, and without a name or the service."""

from contextlib import suppress
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from payments.deposit_copy import copy_for
from payments.domain.checkout import Checkout, CheckoutState, check_once
from payments.domain.pay_links import BY, opened_by, return_key, returned_with
from payments.enums import Purpose
from payments.gateway.base import GatewayError
from payments.models import PayLink
from payments.price_lines import price_of
from payments.queries import row
from payments.views.common import pay_link_shell
from payments.views.paying import card_form, extended, note_opened, page_state, status_of, to_check
from portal.audit.actor import Cause, Source
from portal.security import limits

_ENDED = (CheckoutState.EXPIRED, CheckoutState.CANCELLED, CheckoutState.RELEASED)


@pay_link_shell
@require_safe
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Pay the deposit. Opening uses nothing up; every token that opens nothing gets the same page."""
    if refusal := limits.or_429(request, "pay_link"):
        return refusal
    link = opened_by(token)
    if link is None:
        return _over(request)
    state, checkout = page_state(link.booking, Purpose.DEPOSIT, opened_by=BY)
    if state is CheckoutState.PAID:
        return redirect("payments:pay_link_return", return_key(link))
    link = opened_by(token)  # the answer may have settled it
    if link is None or state in _ENDED:
        return _over(request)
    context = _context(request, link, state, checkout)
    context["pay_url"] = reverse("payments:pay_link", args=[token])
    if link.booking.can_extend_hold:
        context["extend_url"] = reverse("payments:pay_link_extend", args=[token])
    if state is CheckoutState.READY:
        note_opened(request, link.booking)
    return render(request, "payments/pay_link.html", context, status=_status(state))


@pay_link_shell
@require_safe
def returned(request: HttpRequest, key: str) -> HttpResponse:
    """Where Stripe and the page's script lead when the payment has been sent: how it ended, for an hour."""
    if refusal := limits.or_429(request, "pay_link"):
        return refusal
    link = returned_with(key)
    if link is None:
        return _over(request)
    state, checkout = page_state(link.booking, Purpose.DEPOSIT, opened_by=BY)
    link = returned_with(key)  # the answer may have settled it
    if link is None or state in _ENDED:
        return _over(request)
    shown = "not_paid" if state is CheckoutState.READY else state
    return render(request, "payments/pay_link.html", _context(request, link, shown, checkout), status=_status(state))


@pay_link_shell
@require_safe
def status(request: HttpRequest, key: str) -> HttpResponse:
    """As on the caregiver's own page; 404 once the link is over."""
    link = returned_with(key)
    if link is not None and (payment := to_check(request, link.booking, Purpose.DEPOSIT)):
        if refusal := limits.or_429(request, "pay_link"):
            return refusal
        with suppress(GatewayError):  # logged by the gateway; the next poll or the webhook tells
            check_once(payment, opened_by=BY)
        link = returned_with(key)
    if link is None:
        return JsonResponse({"state": CheckoutState.EXPIRED}, status=404)
    return JsonResponse(status_of(link.booking, Purpose.DEPOSIT))


@csrf_exempt  # the token is all it takes, no cookie counts; and browsers send no origin from a page without referrer
@pay_link_shell
@require_POST
def extend(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for more time, once."""
    if refusal := limits.or_429(request, "pay_link"):
        return refusal
    link = opened_by(token)
    if link is None:
        return _over(request)
    return extended(request, link.booking, Cause(BY, Source.CAREGIVER), back=reverse("payments:pay_link", args=[token]))


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "payments/pay_link_over.html", status=404)


def _status(state: CheckoutState) -> int:
    return 503 if state is CheckoutState.UNAVAILABLE else 200


def _context(request: HttpRequest, link: PayLink, state: str, checkout: Checkout | None) -> dict[str, Any]:
    key = return_key(link)
    context: dict[str, Any] = {
        "state": state,
        "purpose": Purpose.DEPOSIT.value,
        "copy": copy_for(Purpose.DEPOSIT),
        "booking": row(link.booking),
        "price": price_of(link.booking),
        "status_url": reverse("payments:pay_link_status", args=[key]),
        "return_url": request.build_absolute_uri(reverse("payments:pay_link_return", args=[key])),
    }
    if state == CheckoutState.READY and checkout is not None:
        context |= card_form(checkout)
    return context
