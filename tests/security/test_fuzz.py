"""Whatever is sent to any address, by anybody, is answered without a 5xx: the same requests on every run."""

import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments.models import Payment
from portal.bookings.models import Booking
from tests.factories import BookingFactory, MediaItemFactory
from tests.security.people import browser, person, superuser

pytestmark = pytest.mark.django_db
bounded = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False
)
PARAMETER = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>(?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\((?:[^()]|\([^()]*\))*\)")
ENDS_A_SESSION = re.compile(r"logout|/sessions/")


def _routes(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLPattern):
            yield route.replace("$", "").replace("\\", "")
        else:
            yield from _routes(pattern.url_patterns, route)


ROUTES = sorted({route for route in _routes(get_resolver().url_patterns) if not ENDS_A_SESSION.search(route)})
ODD = [
    "", "0", "1", "-1", "9" * 30, "9" * 5000, "1e9", "a", "é", "%00", "%FF", "..", "../../etc/passwd", "' OR 1=1 --",
    "<script>", "\u202e", "😀", "a" * 300, "2026-02-30", "None", "true", "[]", "{}", "%", "%ud800",
    "00000000-0000-4000-8000-000000000000",
    "bookings", "session", "accounts", "user", "wagtailcore", "page",
]  # fmt: skip
NAMES = [
    "q", "p", "page", "next", "o", "ordering", "export", "from", "to", "service", "session", "id", "ids", "email",
    "login",
    "password", "event", "seconds", "locale", "collection_id", "tag", "status", "created_at__gte", "amount", "reason",
    "csrfmiddlewaretoken", "object_type", "parent_page_id", "hours_before", "form-TOTAL_FORMS", "x" * 200, "é", "[]",
]  # fmt: skip
BODIES = [
    b"", b"{", b"[" * 20_000, b'{"a":' * 3000, b"NaN", b"1" * 5000, b'"\\u0000"', b'"\\ud800"', b"\xff\xfe", b"\x00",
    b"--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\x00\"\r\n\r\n\r\n--x--", b"a=%00", b"%ff=%ff",
]  # fmt: skip
TYPES = [
    "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json",
    "application/csp-report", "application/reports+json", "text/plain; charset=utf-16", "nonsense", "",
]  # fmt: skip
HEADERS = {
    "range": ["bytes=" + "9" * 4400 + "-", "bytes=-", "bytes=9-1", "é"],
    "accept-language": ["xx-" * 500, "é", "*;q=nan"],
    "if-modified-since": ["yesterday", "Mon, 99 Jan 99999 00:00:00 GMT"],
    "if-none-match": ['"', "W/", "é"],
    "referer": ["https://evil.example/\xff", "//"],
    "cookie": ['a="\\000"', "csrftoken=é; messages=x", "=;;="],
    "x-requested-with": ["XMLHttpRequest"],
    "accept": ["application/json", "*/*;q=nonsense"],
    "content-length": ["-1", "9" * 5000],
}
METHODS = ["GET", "GET", "POST", "POST", "HEAD", "PUT"]
values = st.sampled_from(ODD)
pairs = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=4)
header = st.sampled_from([(name, value) for name, options in HEADERS.items() for value in options])


@st.composite
def addresses(draw: st.DrawFn) -> str:
    """An address of some pattern, its parameters filled with odd values, often with right ones."""
    route = draw(st.sampled_from(ROUTES))
    return "/" + PARAMETER.sub(lambda _: draw(st.sampled_from(["1", "1", *ODD])), route)


def _signed_in(who: str) -> Client:
    client = browser()
    client.raise_request_exception = False
    if who != "nobody":
        user = superuser() if who == "superuser" else person()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        methods = [{"method": "password", "at": time.time()}, {"method": "mfa", "type": "totp", "at": time.time()}]
        session["account_authentication_methods"] = methods
        session.save()
    return client


@pytest.mark.parametrize("who", ["nobody", "caregiver", "superuser"])
def test_no_request_is_answered_with_a_5xx(who: str, caplog: pytest.LogCaptureFixture) -> None:
    BookingFactory()
    MediaItemFactory()
    client = _signed_in(who)
    before = (Booking.objects.count(), Payment.objects.count())

    @settings(bounded, max_examples=220)
    @given(
        path=addresses(), method=st.sampled_from(METHODS), query=pairs, form=pairs, raw=st.sampled_from(BODIES),
        as_form=st.booleans(), kind=st.sampled_from(TYPES), extra=st.lists(header, max_size=2),
    )  # fmt: skip
    def each(path: str, method: str, query: Any, form: Any, raw: bytes, as_form: bool, kind: str, extra: Any) -> None:
        body = "&".join(f"{name}={value}" for name, value in form).encode() if as_form else raw
        address = path + "?" + "&".join(f"{name}={value}" for name, value in query)
        sent = dict(extra)
        environ = {"CONTENT_LENGTH": sent.pop("content-length")} if "content-length" in sent else {}
        with transaction.atomic():
            reply = client.generic(method, address, body, TYPES[0] if as_form else kind, headers=sent, **environ)
            transaction.set_rollback(True)
        assert reply.status_code < 500, (method, address[:300], body[:100], kind, sent, caplog.text[-3000:])

    each()
    assert (Booking.objects.count(), Payment.objects.count()) == before
