"""Addresses begin with the host of PORTAL_BASE_URL, whatever the request calls itself.

A link in a mail, a redirect, the site of a page and the check of a form's origin are all built from the request's
host. It is checked against ALLOWED_HOSTS, then replaced once, here: nobody who builds an address has to remember.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class HostMiddleware:
    """Replaces the Host header, its port too, with settings.CANONICAL_HOST; empty (the demo, tests) leaves it alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.CANONICAL_HOST:
            request.get_host()  # raises DisallowedHost, which is answered 400
            request.META["HTTP_HOST"] = settings.CANONICAL_HOST
        return self.get_response(request)
