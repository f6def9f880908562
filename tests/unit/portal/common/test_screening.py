"""Bodies that are too large and text that no database takes are refused before any view sees them."""

import json
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.core.handlers.wsgi import WSGIHandler
from django.db import DataError
from django.test import Client, RequestFactory

from portal.common.screening import BodyMiddleware, Request, body_length
from tests.factories import CaregiverFactory, UserFactory

pytestmark = pytest.mark.django_db
NUL = "\x00"


class NeverRead(BytesIO):
    """A body that fails the test when a byte of it is read."""

    def read(self, *_: Any) -> bytes:
        raise AssertionError("the body was read")


def sent(client: Client, path: str, **environment: Any) -> tuple[int, str]:
    reply = client.generic("POST", path, **{"wsgi.input": NeverRead(), **environment})
    return reply.status_code, reply.content.decode()


@pytest.fixture
def staff(client: Client) -> Client:
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    return client


@pytest.mark.parametrize("path", ["/admin/", "/admin/images/add/", "/accounts/login/", "/csp-report/", "/nowhere/"])
def test_two_hundred_megabytes_of_a_stranger_are_refused_unread(client: Client, path: str) -> None:
    status, page = sent(client, path, CONTENT_LENGTH=str(200 * 1024 * 1024))
    assert (status, "What you sent is larger than this page accepts" in page) == (413, True)


def test_a_caregiver_uploads_no_more_than_a_stranger(client: Client) -> None:
    client.force_login(CaregiverFactory().user)
    assert sent(client, "/admin/images/add/", CONTENT_LENGTH=str(3 * 1024 * 1024))[0] == 413


def test_staff_upload_up_to_the_limit_of_the_path(staff: Client) -> None:
    middleware = BodyMiddleware(lambda request: pytest.fail("passed on"))
    factory = RequestFactory()
    limits = settings.STAFF_BODY_LIMITS["/admin/images/"], settings.BODY_LIMIT
    for path, limit in zip(("/admin/images/add/", "/admin/reports/"), limits, strict=True):
        request = factory.post(path, CONTENT_LENGTH=str(limit + 1))
        request.user = UserFactory(is_superuser=True)
        assert middleware(request).status_code == 413
    assert sent(staff, "/admin/images/add/", CONTENT_LENGTH=str(limits[0] + 1))[0] == 413
    assert staff.get("/may-upload/").status_code == 204


def test_whether_somebody_may_upload_is_said_to_nginx(client: Client) -> None:
    assert client.get("/may-upload/").status_code == 403
    client.force_login(CaregiverFactory().user)
    assert client.get("/may-upload/").status_code == 403


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "12a", "٣", "9" * 5000])
def test_a_length_that_is_none_is_refused(client: Client, length: str) -> None:
    assert sent(client, "/accounts/login/", CONTENT_LENGTH=length)[0] == 400


def test_a_body_without_a_length_is_asked_for_it(client: Client) -> None:
    assert sent(client, "/accounts/login/", CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")[0] == 411


def test_no_body_has_the_length_nought() -> None:
    assert body_length(RequestFactory().get("/")) == 0


@pytest.mark.parametrize(
    "address", ["/library/?q=%00", "/%00/", "/admin/login/%00", "/?%00=1", "/library/a%00/", "/services/?x=a%00b"]
)
@pytest.mark.parametrize("method", ["get", "head", "post", "put"])
def test_a_nul_in_the_address_is_refused_with_a_sentence(client: Client, method: str, address: str) -> None:
    reply = getattr(client, method)(address)
    assert reply.status_code == 400
    assert method == "head" or "Something in it was missing or damaged" in reply.content.decode()


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"])
def test_a_nul_in_a_form_is_refused(client: Client, path: str) -> None:
    assert client.post(path, {"email": f"a{NUL}@example.com"}).status_code == 400
    assert client.post(path, {f"ema{NUL}il": "a@example.com"}).status_code == 400


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "messages"])
def test_a_nul_in_a_cookie_is_refused(client: Client, name: str) -> None:
    reply = client.get("/dashboard/", headers={"Cookie": f'{name}="\\000{"a" * 31}"'})
    assert reply.status_code == 400


@pytest.mark.parametrize("charset", ["idna", "utf-16", "unicode_escape", "nonsense", "a" * 300])
def test_a_charset_in_which_no_form_is_written_is_refused(client: Client, charset: str) -> None:
    reply = client.get("/library/?q=a", CONTENT_TYPE=f"text/plain; charset={charset}")
    assert reply.status_code == 400


@pytest.mark.parametrize("charset", ["rot13", "base64", "hex"])
def test_a_charset_that_is_none_of_text_is_refused(charset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WSGIHandler, "request_class", Request)
    environ = RequestFactory(CONTENT_TYPE=f"text/plain; charset={charset}", QUERY_STRING="q=a")._base_environ()  # type: ignore[attr-defined]
    answered: list[str] = []
    WSGIHandler()(environ, lambda status, headers: answered.append(status))  # type: ignore[arg-type]
    assert answered == ["400 Bad Request"]


@pytest.mark.django_db
def test_the_server_makes_such_requests() -> None:
    from portal import wsgi  # which looks at the database when it starts

    assert wsgi.application.request_class is Request


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "us-ascii", "iso-8859-1"])
def test_a_charset_of_forms_is_taken(client: Client, charset: str) -> None:
    assert client.get("/library/?q=a", CONTENT_TYPE=f"text/plain; charset={charset}").status_code == 200


@pytest.mark.parametrize("error", [DataError("out of range"), RecursionError(), UnicodeEncodeError("u", "", 0, 1, "")])
def test_what_the_database_will_not_take_is_a_refusal(error: Exception) -> None:
    answer = BodyMiddleware(lambda _: None).process_exception(RequestFactory().get("/"), error)  # type: ignore[arg-type,return-value]
    assert answer is not None
    assert answer.status_code == 400


def test_a_fault_of_ours_stays_one() -> None:
    middleware = BodyMiddleware(lambda _: None)  # type: ignore[arg-type,return-value]
    assert middleware.process_exception(RequestFactory().get("/"), KeyError("x")) is None


def report(client: Client, body: object, content_type: str = "application/csp-report") -> int:
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post("/csp-report/", text, content_type=content_type).status_code


@pytest.mark.parametrize(
    "body",
    ["[" * 8000, '{"csp-report":' * 1000, "NaN", "1" * 5000, '{"csp-report": {"effective-directive": "\\u0000"}}',
     '{"csp-report": {"effective-directive": "\\ud800"}}', "", "{}", '[{"type": "csp-violation"}]',
     '{"csp-report": {"effective-directive": ""}}', "\xff"],
)  # fmt: skip
def test_a_report_that_is_none_is_refused(client: Client, body: str) -> None:
    assert report(client, body) == 400


def test_twenty_thousand_nested_arrays_are_too_large_a_report(client: Client) -> None:
    assert report(client, "[" * 20_000) == 413


def test_both_kinds_of_report_are_taken(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    old = {
        "csp-report": {"violated-directive": "img-src x", "blocked-uri": "https://e.example/?q=1", "document-uri": "d"}
    }
    body = {"effectiveDirective": "script-src-elem", "blockedURL": "inline", "documentURL": "https://p.example/a?b=c"}
    new = [{"type": "csp-violation", "age": 1, "url": "u", "body": body}, {"type": "deprecation", "body": {}}]
    assert report(client, old) == 204
    assert report(client, new, "application/reports+json") == 204
    told = [(r.directive, r.blocked, r.page) for r in caplog.records if r.name == "portal.security"]  # type: ignore[attr-defined]
    assert told == [("img-src", "https://e.example/", "d"), ("script-src-elem", "inline", "https://p.example/a")]
