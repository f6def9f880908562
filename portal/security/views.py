"""Refusals that the security log must know of; the pages are portal.common's."""

from django.http import HttpRequest, HttpResponse

from portal.common import refusals
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token, or from another site."""
    record(SecurityEvent.CSRF, outcome=Outcome.REFUSED, request=request)
    response = refusals.csrf_failure(request, reason)
    response.noted = True  # type: ignore[attr-defined]
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """A limit was reached: ours or allauth's, which finds this view as `handler429`."""
    match = request.resolver_match
    view = match.view_name if match else ""
    record(SecurityEvent.LIMIT, outcome=Outcome.LIMITED, request=request, view=view)
    return refusals.too_many_requests(request)
