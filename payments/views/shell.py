"""What every payment page is wrapped in, the sample that is checked each hour included."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from payments.payment_page.approved import REFERRER_POLICY
from portal.common.csp import payment_page

View = Callable[..., HttpResponseBase]
_REFUSED: Final = "payment_refused_by_bank"
_SECRETS: Final = ("payment_intent_client_secret", "setup_intent_client_secret")


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
