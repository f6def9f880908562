"""What an editor changes, the CDN forgets: pages at both addresses, files that nothing names any more."""

import pytest
from django.core.files.base import ContentFile
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings
from wagtail.models import Page, Site

from home.models import ContentPage
from portal.media_library.enums import Access
from portal.media_library.metrics import PURGE_FAILURES
from portal.media_library.models import MediaItem
from tests.factories import MediaItemFactory
from tests.unit.portal.media_library.purging import Remembering

pytestmark = pytest.mark.django_db
HOST = "http://portal.example"
Commit = DjangoCaptureOnCommitCallbacks


@pytest.fixture(autouse=True)
def forgotten(settings: Settings) -> list[str]:
    settings.WAGTAILFRONTENDCACHE = {"cdn": {"BACKEND": "tests.unit.portal.media_library.purging.Remembering"}}
    Remembering.forgotten.clear()
    return Remembering.forgotten


@pytest.fixture
def front() -> Page:
    front = Page.objects.get(depth=2)
    Site.objects.update_or_create(
        is_default_site=True, defaults={"hostname": "portal.example", "port": 80, "root_page": front}
    )
    Site.clear_site_root_paths_cache()
    return front


def page(parent: Page, slug: str) -> ContentPage:
    made = parent.add_child(instance=ContentPage(title=slug.capitalize(), slug=slug, body=[]))
    return ContentPage.objects.get(pk=made.pk)


def test_publishing_and_unpublishing_forgets_the_page(
    front: Page, forgotten: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    about = page(front, "about")
    with django_capture_on_commit_callbacks(execute=True):
        about.save_revision().publish()
    assert forgotten == [f"{HOST}/about/"]
    forgotten.clear()
    with django_capture_on_commit_callbacks(execute=True):
        about.unpublish()
    assert forgotten == [f"{HOST}/about/"]


def test_a_moved_page_and_what_is_under_it_are_forgotten_where_they_were_and_where_they_are(
    front: Page, forgotten: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    about, help_page = page(front, "about"), page(front, "help")
    page(about, "people")
    forgotten.clear()
    with django_capture_on_commit_callbacks(execute=True):
        ContentPage.objects.get(pk=about.pk).move(help_page, pos="last-child")
    assert {
        f"{HOST}/about/", f"{HOST}/about/people/", f"{HOST}/help/about/", f"{HOST}/help/about/people/",
    } <= set(forgotten)  # fmt: skip


def test_a_new_slug_is_a_move_on_the_spot(
    front: Page, forgotten: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    about = page(front, "about")
    page(about, "people")
    forgotten.clear()
    with django_capture_on_commit_callbacks(execute=True):
        renamed = ContentPage.objects.get(pk=about.pk)
        renamed.slug = "about-us"
        renamed.save()
    assert {f"{HOST}/about/", f"{HOST}/about/people/", f"{HOST}/about-us/people/"} <= set(forgotten)


def test_a_replaced_file_is_forgotten_and_gone(
    forgotten: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    item = MediaItemFactory()
    former = item.file.name
    address = item.file.url
    with django_capture_on_commit_callbacks(execute=True):
        item.file = ContentFile(b"another film", name="chair.mp4")
        item.save()
    assert forgotten == [address]
    assert not item.file.storage.exists(former)
    assert item.file.storage.exists(item.file.name)


def test_a_file_that_is_closed_to_everybody_is_forgotten_at_its_public_address(
    forgotten: list[str], django_capture_on_commit_callbacks: Commit
) -> None:
    item = MediaItemFactory()
    address = item.file.url
    with django_capture_on_commit_callbacks(execute=True):
        item.access = Access.SIGNED_IN
        item.save()
    assert forgotten == [address]
    assert MediaItem.objects.get().file.name.startswith("signed/")


def test_a_cdn_that_cannot_be_reached_is_counted_and_stops_no_editor(
    front: Page,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Commit,
) -> None:
    for name, value in (
        ("AWS_ENDPOINT_URL_CLOUDFRONT", "http://127.0.0.1:9"), ("AWS_DEFAULT_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "none"), ("AWS_SECRET_ACCESS_KEY", "none"),
    ):  # fmt: skip
        monkeypatch.setenv(name, value)
    backend = "portal.media_library.cloudfront.Cloudfront"
    settings.WAGTAILFRONTENDCACHE = {"cloudfront": {"BACKEND": backend, "DISTRIBUTION_ID": "E1"}}
    about, before = page(front, "about"), PURGE_FAILURES._value.get()
    with django_capture_on_commit_callbacks(execute=True):
        about.save_revision().publish()
    assert ContentPage.objects.get(pk=about.pk).live
    assert PURGE_FAILURES._value.get() == before + 1
