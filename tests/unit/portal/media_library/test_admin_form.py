"""Editors give an item its file, captions, service and poster on one page."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.media_library.enums import Access
from portal.media_library.models import MediaItem
from tests.factories import MediaItemFactory, ServiceFactory, UserFactory
from tests.pages import signed_in
from tests.unit.portal.uploads.samples import picture

pytestmark = pytest.mark.django_db
CAPTIONS = "WEBVTT\n\n00:01.000 --> 00:04.000\nHello."


@pytest.fixture
def editor(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    return signed_in(user)


def form(item: MediaItem, **values: object) -> dict[str, object]:
    return {
        "title": item.title, "slug": item.slug, "summary": item.summary, "kind": item.kind, "captions": item.captions,
        "transcript": "null", "access": item.access, "visible": "on", **values,
    }  # fmt: skip


def save(editor: Client, item: MediaItem, **values: object) -> int:
    address = f"/admin/snippets/media_library/mediaitem/edit/{item.pk}/"
    return editor.post(address, form(item, **values)).status_code


def test_captions_are_edited_and_a_slip_is_refused_with_its_line(editor: Client) -> None:
    item = MediaItemFactory(captions=CAPTIONS)
    assert save(editor, item, captions=CAPTIONS.replace("Hello.", "Good morning.")) == 302
    assert "Good morning." in MediaItem.objects.get(pk=item.pk).captions
    assert save(editor, item, captions=CAPTIONS.replace("-->", "->")) == 200
    assert "Good morning." in MediaItem.objects.get(pk=item.pk).captions


def test_an_editor_chooses_the_service_whose_families_may_open_it(editor: Client) -> None:
    item, service = MediaItemFactory(captions=CAPTIONS), ServiceFactory(name="Music afternoon")
    assert "Music afternoon" in editor.get("/admin/snippets/choose/bookings/service/").content.decode()
    assert save(editor, item, access=Access.BOOKED, service=service.pk) == 302
    item.refresh_from_db()
    assert (item.access, item.service) == (Access.BOOKED, service)


def test_a_picture_from_the_film_becomes_its_poster(editor: Client) -> None:
    item = MediaItemFactory(captions=CAPTIONS)
    still = SimpleUploadedFile("still.jpg", picture(), content_type="image/jpeg")
    assert save(editor, item, still=still) == 302
    item.refresh_from_db()
    assert item.poster is not None
    assert (item.poster.title, item.poster.uploaded_by_user is not None) == (item.title, True)


def test_what_is_no_picture_is_refused_and_the_poster_stays(editor: Client) -> None:
    item = MediaItemFactory(captions=CAPTIONS)
    still = SimpleUploadedFile("still.jpg", b"<script>", content_type="image/jpeg")
    assert save(editor, item, still=still) == 200
    item.refresh_from_db()
    assert item.poster is None
