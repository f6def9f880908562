"""Machines' requests go straight to their view, past what serves people: sessions, policies, sign-in."""

from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django_prometheus.middleware import Metrics

GetResponse = Callable[[HttpRequest], HttpResponse]


class BypassMiddleware:
    """Stands before the middleware that a path of settings.BYPASS_PATHS does without.

    Stripe's deliveries come in bursts, and every one of them is a signed request that needs none of it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._direct = convert_exception_to_response(_view)
        self._responses = Metrics.get_instance().responses_by_status  # the error rate counts these too

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.BYPASS_PATHS):
            return self.get_response(request)
        response = cast(HttpResponse, self._direct(request))
        self._responses.labels(status=str(response.status_code)).inc()
        return response


def _view(request: HttpRequest) -> HttpResponse:
    match = request.resolver_match = resolve(request.path_info)
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    return response
