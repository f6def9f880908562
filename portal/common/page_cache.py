"""Public pages: made once for every stranger, kept in each process, and forgotten by all of them at once.

A stranger brings neither a session nor a message. A page that declares itself public with `share()` is kept under the
version of the public pages: a value in the shared cache, changed in the transaction that changes what pages show, and
looked at by each process at most every PAGE_CACHE_RECHECK_SECONDS. Browsers and CDNs keep it too, and ask each time.
"""

import time
from collections.abc import Callable
from hashlib import sha256
from typing import Final
from uuid import uuid4

from django.conf import settings
from django.core.cache import caches
from django.db import Error as DatabaseFailure
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import (
    add_never_cache_headers,
    get_conditional_response,
    patch_cache_control,
    patch_vary_headers,
)
from django_prometheus.middleware import Metrics

GetResponse = Callable[[HttpRequest], HttpResponseBase]
VERSION_KEY: Final = "public-pages-version"
KEPT_SECONDS: Final = 300  # for what changes without a word to us
PERSONAL_COOKIES: Final = {settings.SESSION_COOKIE_NAME, settings.MESSAGES_COOKIE_NAME}


def is_stranger(request: HttpRequest) -> bool:
    """Whether nothing about this visitor could change a public page."""
    return PERSONAL_COOKIES.isdisjoint(request.COOKIES)


def share(request: HttpRequest, response: HttpResponseBase) -> None:
    """Declare that every stranger gets this same response; for anybody else it is private."""
    patch_vary_headers(response, ["Cookie"])
    if is_stranger(request):
        patch_cache_control(response, public=True, max_age=0, must_revalidate=True)
    else:
        add_never_cache_headers(response)


def forget_pages() -> None:
    """Call in the transaction that changes what public pages show: with its commit no process gives out old ones."""
    caches["shared"].set(VERSION_KEY, uuid4().hex, timeout=None)


class _Version:
    """The pages' version as this process last read it."""

    def __init__(self) -> None:
        self._value, self._read_again_at = "", 0.0

    def current(self) -> str:
        now = time.monotonic()
        if now >= self._read_again_at:
            self._value = str(caches["shared"].get_or_set(VERSION_KEY, lambda: uuid4().hex, timeout=None))
            self._read_again_at = now + settings.PAGE_CACHE_RECHECK_SECONDS
        return self._value


_version: Final = _Version()


def pages_version() -> str:
    """What to keep anything under that must go when public pages change."""
    return _version.current()


class PageCacheMiddleware:
    """Stands before whatever reads a session, so that a kept page costs next to nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._pages = caches["pages"]
        self._answered = Metrics.get_instance().responses_by_status.labels(status="200")

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _may_be_asked_for(request):
            return self.get_response(request)
        try:
            key = _key(request)  # before the page is made: what changes meanwhile has another version
        except DatabaseFailure:  # nothing is known of what is kept; readiness, among others, has its own answer
            return self.get_response(request)
        cached: HttpResponse | None = self._pages.get(key)
        if cached is not None:
            self._answered.inc()  # the error rate counts these too
            return _unless_known(request, cached)
        response = self.get_response(request)
        if isinstance(response, HttpResponse) and not request.COOKIES and _may_be_kept(response):
            response["ETag"] = f'"{sha256(response.content).hexdigest()[:32]}"'
            self._pages.set(key, response, KEPT_SECONDS)
        return response


def _key(request: HttpRequest) -> str:
    address = f"{request.scheme}://{request.get_host()}{request.path}"
    return f"{pages_version()}:{sha256(address.encode()).hexdigest()}"


def _may_be_asked_for(request: HttpRequest) -> bool:
    """Addresses with a query are as many as somebody likes to make up; an editor's preview is a dummy request."""
    plain = request.method == "GET" and not request.META.get("QUERY_STRING")
    return plain and is_stranger(request) and not getattr(request, "is_dummy", False)


def _may_be_kept(response: HttpResponse) -> bool:
    """A whole page that says it is public, and gave nobody a cookie: a form's token would come with one."""
    public = "public" in response.headers.get("Cache-Control", "")
    return response.status_code == 200 and public and not response.cookies


def _unless_known(request: HttpRequest, page: HttpResponse) -> HttpResponseBase:
    if "HTTP_IF_NONE_MATCH" not in request.META:
        return page
    return get_conditional_response(request, etag=page["ETag"], response=page) or page
