"""Security headers that every answer carries: pages, files, refusals, and what machines are told.

Stands outermost, so that no middleware's early answer goes without. docs/security/headers.md has the table.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class HeadersMiddleware:
    """Adds what the answer does not have already."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        is_media = request.path_info.startswith("/media/")  # a CDN of another name may stand in front of these
        response.headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if is_media else "same-origin")
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if response.status_code != HTTPStatus.NOT_MODIFIED:  # a browser would take it for the page that it has kept
            response.headers.setdefault("Content-Security-Policy", settings.CSP_FILE)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers["Reporting-Endpoints"] = f'csp="{settings.CSP_REPORT_PATH}"'
        return response


class RenamedCookiesMiddleware:
    """Reads a cookie under its former name while a browser has it under no other: nobody is signed out by an upgrade.

    For one release, and only where settings.RENAMED_COOKIES names one (old name: new name).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        for old, new in settings.RENAMED_COOKIES.items():
            if old in request.COOKIES:
                request.COOKIES.setdefault(new, request.COOKIES[old])
        return self.get_response(request)


class HostMiddleware:
    """Replaces the Host header, its port too, with settings.CANONICAL_HOST; empty (the demo, tests) leaves it alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.CANONICAL_HOST:
            request.get_host()  # raises DisallowedHost, which is answered 400
            request.META["HTTP_HOST"] = settings.CANONICAL_HOST
        return self.get_response(request)


class NamedCookieStorage(CookieStorage):
    """Django's name cannot be set otherwise."""

    cookie_name = settings.MESSAGES_COOKIE_NAME


class MessageStorage(FallbackStorage):
    """The cookie, and the session for what is too long for it."""

    storage_classes = (NamedCookieStorage, SessionStorage)
