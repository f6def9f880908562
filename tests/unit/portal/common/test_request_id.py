"""A line of our log can be found from a line of nginx' log, and from what a caregiver quotes."""

import json
import logging
import re

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from portal.common.logs import JsonFormatter
from portal.common.request_id import RequestIdMiddleware

RECORD = logging.LogRecord("portal", logging.INFO, __file__, 1, "a place was taken", (), None)


def logged_during(request: HttpRequest) -> dict[str, str]:
    """What a line looks like that is logged while the request is answered."""
    lines: list[str] = []

    def view(_: HttpRequest) -> HttpResponse:
        lines.append(JsonFormatter().format(RECORD))
        return HttpResponse()

    RequestIdMiddleware(view)(request)
    return dict(json.loads(lines[0]))


def test_the_number_that_nginx_gave_is_in_the_line() -> None:
    assert logged_during(RequestFactory().get("/", headers={"x-request-id": "a" * 32}))["request_id"] == "a" * 32


@pytest.mark.parametrize("given", ["", "short", "A" * 32, "a" * 33, 'a" ,"level":"ERROR'])
def test_anything_else_is_replaced_by_a_number_of_ours(given: str) -> None:
    number = logged_during(RequestFactory().get("/", headers={"x-request-id": given}))["request_id"]
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert number != given


def test_the_number_ends_with_the_request() -> None:
    logged_during(RequestFactory().get("/"))
    assert "request_id" not in json.loads(JsonFormatter().format(RECORD))
