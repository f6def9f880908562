"""Refusals are said whatever is broken: here without a database, without static files, with broken context."""

from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from portal.common import refusals

HEADINGS = {
    400: "We couldn’t read that request",
    403: "You can’t open this page",
    404: "We can’t find that page",
    429: "Too many attempts",
    500: "Sorry, there’s a problem",
}
FORM_HEADING = "Your session has timed out"


class Broken:
    """A user behind a session store that is away."""

    def __getattr__(self, name: str) -> object:
        raise OSError("the database is away")


@pytest.fixture
def request_() -> HttpRequest:
    return RequestFactory().get("/somewhere/")


@pytest.fixture
def _no_static_files(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}


def answers(request: HttpRequest) -> dict[int, HttpResponse]:
    return {
        400: refusals.bad_request(request, ValueError()),
        403: refusals.permission_denied(request, PermissionDenied()),
        404: refusals.page_not_found(request, Http404()),
        429: refusals.too_many_requests(request),
        500: refusals.server_error(request),
    }


def check_all(request: HttpRequest) -> None:
    found = answers(request)
    assert {status: reply.status_code for status, reply in found.items()} == {s: s for s in HEADINGS}
    for status, reply in found.items():
        assert f"<h1>{HEADINGS[status]}</h1>" in reply.content.decode()
    form = refusals.csrf_failure(request)
    assert (form.status_code, f"<h1>{FORM_HEADING}</h1>" in form.content.decode()) == (403, True)


@pytest.mark.usefixtures("_no_static_files")
def test_without_static_files_every_refusal_is_a_page(request_: HttpRequest) -> None:
    check_all(request_)
    assert b"stylesheet" not in refusals.server_error(request_).content


def test_without_a_database_every_refusal_is_a_page(request_: HttpRequest) -> None:
    request_.user = Broken()  # type: ignore[assignment]
    check_all(request_)
    assert b"stylesheet" in refusals.permission_denied(request_, PermissionDenied()).content


def test_a_broken_context_processor_stops_no_refusal(request_: HttpRequest, settings: Settings) -> None:
    del settings.ORGANISATION
    check_all(request_)


@pytest.mark.django_db
def test_a_refusal_within_the_site_has_its_navigation(request_: HttpRequest) -> None:
    page = refusals.page_not_found(request_, Http404()).content.decode()
    assert 'aria-label="Main"' in page


def test_programs_are_told_when_to_come_back() -> None:
    reply = refusals.too_many_requests(RequestFactory().get("/deposit/7K3M/status.json"))
    assert (reply.status_code, reply["Content-Type"], reply["Retry-After"]) == (429, "application/json", "300")


@pytest.mark.django_db
def test_a_host_that_is_not_ours_is_told_so(client: Client) -> None:
    reply = client.get("/", HTTP_HOST="elsewhere.example")
    assert (reply.status_code, HEADINGS[400] in reply.content.decode()) == (400, True)
