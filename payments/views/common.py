"""What every page does first, and what every payment page is wrapped in, the hourly checked sample included."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.cache import never_cache

from payments.payment_page.approved import REFERRER_POLICY
from portal.accounts.models import User
from portal.bookings.models import Booking
from portal.bookings.models.booking import REFERENCE
from portal.common.csp import payment_page

View = Callable[..., HttpResponseBase]
_REFUSED: Final = "payment_refused_by_bank"
_SECRETS: Final = ("payment_intent_client_secret", "setup_intent_client_secret")


def signed_in(request: HttpRequest) -> User:
    """The caregiver; every view here is behind login_required."""
    assert isinstance(request.user, User)
    return request.user


def own_booking(request: HttpRequest, reference: str) -> Booking:
    """The signed-in caregiver's booking. Raises Http404 for anybody else's, and for what is no reference."""
    if not REFERENCE.fullmatch(reference.upper()):
        raise Http404("not a reference")
    bookings = Booking.objects.of(signed_in(request)).with_details().prefetch_related("payments")
    return get_object_or_404(bookings, reference=reference.upper())


def payment_shell(view: View) -> View:
    """Stripe's hosts in the policy, kept in no cache, no path in a referrer, no client secret in the address."""

    @wraps(view)
    def shell(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if any(name in request.GET for name in _SECRETS):
            return _without_secret(request)
        response = view(request, *args, **kwargs)
        response["Referrer-Policy"] = REFERRER_POLICY
        return response

    wrapped: View = never_cache(payment_page(shell))
    return wrapped


def pay_link_shell(view: View) -> View:
    """As `payment_shell`, for an address that is itself a secret: it goes into no referrer and no search engine."""

    @wraps(view)
    def shell(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        carries_secret = any(name in request.GET for name in _SECRETS)
        response = redirect(request.path) if carries_secret else view(request, *args, **kwargs)
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    wrapped: View = never_cache(payment_page(shell))
    return wrapped


def bank_refused(request: HttpRequest) -> bool:
    """Whether the bank has just sent the caregiver back without confirming; said once."""
    return bool(request.session.pop(_REFUSED, False))


def _without_secret(request: HttpRequest) -> HttpResponse:
    """Stripe returns from the bank with the intent's secret in the address, which would stay in the history and go
    to sign-in as the next page. The ledger says how it ended; only a failure has its reason nowhere else."""
    if request.GET.get("redirect_status") == "failed" and request.user.is_authenticated:
        request.session[_REFUSED] = True
    response = redirect(request.path)
    response["Referrer-Policy"] = REFERRER_POLICY
    return response
