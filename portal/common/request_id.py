"""The number of a request: in nginx' log, in ours, and in the answer, so that one can be found from the other."""

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

from django.http import HttpRequest, HttpResponse

_OURS: Final = re.compile(r"[0-9a-f]{32}")
current: Final[ContextVar[str]] = ContextVar("request_id", default="")


class RequestIdMiddleware:
    """Takes the number that nginx gave (`X-Request-ID`), or makes one; every line logged meanwhile carries it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        incoming = request.headers.get("X-Request-ID", "")
        token = current.set(incoming if _OURS.fullmatch(incoming) else uuid.uuid4().hex)
        try:
            return self.get_response(request)
        finally:
            current.reset(token)
