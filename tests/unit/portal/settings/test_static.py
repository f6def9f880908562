"""Static files go out under names of their content, for caches to keep as long as they like."""

from pathlib import Path

import pytest
from django.core.management import call_command
from django.http import Http404, HttpRequest, HttpResponse
from django.templatetags.static import static
from django.test import RequestFactory
from pytest_django import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from portal.settings import base


@pytest.fixture
def server(settings: Settings, tmp_path: Path) -> WhiteNoiseMiddleware:
    """What serves static files when deployed, with one file collected."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "portal.css").write_text("body { color: black }\n")
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STATICFILES_DIRS = [tmp_path / "source"]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STORAGES = {**settings.STORAGES, "staticfiles": base.STORAGES["staticfiles"]}
    call_command("collectstatic", "--no-input", verbosity=0)
    return WhiteNoiseMiddleware(_nothing_else)


def _nothing_else(request: HttpRequest) -> HttpResponse:
    raise Http404


def test_a_file_under_its_contents_name_may_be_kept_for_ever(server: WhiteNoiseMiddleware) -> None:
    address = static("portal.css")
    assert address != "/static/portal.css"
    answer = server(RequestFactory().get(address))
    assert answer["Cache-Control"] == "max-age=315360000, public, immutable"
    assert b"".join(answer) == b"body { color: black }\n"


def test_under_its_plain_name_it_is_asked_for_again_soon(server: WhiteNoiseMiddleware) -> None:
    assert server(RequestFactory().get("/static/portal.css"))["Cache-Control"] == "max-age=60, public"
