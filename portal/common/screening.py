"""What no view has to look out for: bodies of unknown or too great length, and text that no database takes.

The length is judged before a byte of the body is read. A NUL is legal in an address, a cookie and a form, and
PostgreSQL takes none: it is refused here for every view, ours and the frameworks'.
"""

import codecs
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import BadRequest, ValidationError
from django.core.handlers.wsgi import WSGIRequest
from django.db import DataError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch
from django.utils.translation import gettext as _

from portal.common import refusals

logger = logging.getLogger("portal.security")
FORMS: Final = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
CHARSETS: Final = frozenset({"utf-8", "ascii", "iso8859-1"})
UNREADABLE: Final = (DataError, RecursionError, UnicodeEncodeError)
QUOTING: Final = (ValueError, ValidationError, NoReverseMatch)
STAFF: Final = "wagtailadmin.access_admin"


class Request(WSGIRequest):
    """Is made whatever charset it names: of rot13, which is none of text, Django's own raises before any middleware."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        with suppress(LookupError):
            super()._set_content_type_params(meta)  # type: ignore[misc]


class AddressMiddleware:
    """Stands before the session is looked up: its key is one of the texts.

    Refuses a NUL in the address or a cookie, and a charset in which no form is written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        query = request.META.get("QUERY_STRING", "").replace("%00", "\x00")
        charset = (request.content_params or {}).get("charset", "utf-8")
        if "\x00" in "".join((request.path_info, query, *request.COOKIES.values())) or _codec(charset) not in CHARSETS:
            return refused(request, 400)
        return self.get_response(request)


class BodyMiddleware:
    """Stands after the session is known, and before anything reads a body: staff may send more than strangers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            length = body_length(request)
        except LengthUnknown:
            return refused(request, 411)
        if length > body_limit(request, length):
            return refused(request, 413)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any) -> None:
        """Raises BadRequest for a form with a NUL in a name or a value."""
        is_form = request.method == "POST" and request.content_type in FORMS
        if not is_form or getattr(view, "csrf_exempt", False):  # such a view reads the body itself
            return
        if any("\x00" in text for name, values in request.POST.lists() for text in (name, *values)):
            raise BadRequest("a NUL in a form")

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """400 where a value of the request went past every check, and the database or Python could not take it."""
        if not isinstance(error, UNREADABLE) and not _quotes(error, request):
            return None
        logger.error("a value of a request could not be taken", exc_info=error, extra={"path": request.path})
        return refused(request, 400)


def refused(request: HttpRequest, status: int) -> HttpResponse:
    """The page that says so, or JSON where that was asked for. It reads nothing of what may be wrong."""
    if request.path_info.endswith(".json"):
        return JsonResponse({"error": _("Something in this request cannot be read.")}, status=status)
    return refusals.alone(request, "413.html" if status == 413 else "400.html", status)


def _quotes(error: Exception, request: HttpRequest) -> bool:
    """Whether a value of the path, the query or the form could not be taken, as in "expected a number but got 'x'".

    Wagtail's choosers look up whatever is sent as a key.
    """
    if not isinstance(error, QUOTING):
        return False
    sent = [value for values in (request.GET, request.POST) for _, each in values.lists() for value in each]
    if request.resolver_match is not None:
        sent += [str(value) for value in (*request.resolver_match.args, *request.resolver_match.kwargs.values())]
    if isinstance(error, json.JSONDecodeError):
        return error.doc in sent
    return any(repr(value) in str(error) or f"“{value}”" in str(error) for value in sent)


class LengthUnknown(Exception):
    """The body comes in chunks, without saying how much it is."""


def body_length(request: HttpRequest) -> int:
    """Bytes of the body, as declared; the server reads no more than that.

    Raises LengthUnknown, and BadRequest for a length that is no number.
    """
    declared = request.META.get("CONTENT_LENGTH") or ""
    if not declared:
        if "HTTP_TRANSFER_ENCODING" in request.META:
            raise LengthUnknown
        return 0
    if not (declared.isascii() and declared.isdigit() and len(declared) <= 18):
        raise BadRequest("a Content-Length that is no length")
    return int(declared)


def body_limit(request: HttpRequest, length: int) -> int:
    """The most bytes that this request may send: by path, and more for staff where they upload."""
    smaller = _by_path(request, settings.BODY_LIMITS, settings.BODY_LIMIT)
    if length <= smaller:
        return smaller
    larger = _by_path(request, settings.STAFF_BODY_LIMITS, smaller)
    return larger if larger > smaller and request.user.has_perm(STAFF) else smaller


def _by_path(request: HttpRequest, limits: dict[str, int], otherwise: int) -> int:
    return next((limit for path, limit in limits.items() if request.path_info.startswith(path)), otherwise)


def _codec(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except (LookupError, ValueError):
        return ""
