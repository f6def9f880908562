"""Who may open what, in byte ranges too; what a page costs; what players report."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import UploadedFile

from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.activity.buffer import flush
from portal.activity.consent import allow, visitor_hash
from portal.activity.models import Activity, ActivityEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.media_library.domain.playback import ACTIVITIES
from portal.media_library.enums import Access, Kind, Playback
from portal.media_library.metrics import MEDIA_EVENTS
from portal.media_library.models import MediaItem
from tests.factories import (
    BookingFactory,
    CaregiverFactory,
    CategoryFactory,
    MediaItemFactory,
    ServiceFactory,
    UserFactory,
)  # fmt: skip
from tests.unit.portal.uploads import samples

pytestmark = pytest.mark.django_db
CONTENT = bytes(range(256)) * 4


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    flush()
    ActivityEvent.objects.all().delete()


def browser_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def of_role(role: Role) -> User:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.fixture
def shelf() -> dict[str, MediaItem]:
    """An item of each access, and one that is not shown."""
    return {
        "public": MediaItemFactory(),
        "signed_in": MediaItemFactory(access=Access.SIGNED_IN),
        "booked": MediaItemFactory(access=Access.BOOKED, service=ServiceFactory()),
        "hidden": MediaItemFactory(visible=False),
    }


def visitor(who: str, shelf: dict[str, MediaItem]) -> User | None:
    """Somebody; a caregiver with a booking has it for the service that the shelf's item asks for."""
    if who == "nobody":
        return None
    if who in Role.__members__:
        return of_role(Role[who])
    if who == "other service":
        service, status = ServiceFactory(), BookingStatus.CONFIRMED
    else:
        service, status = shelf["booked"].service, BookingStatus(who)  # type: ignore[assignment]
    booking = BookingFactory(session__service=service)
    Booking.objects.filter(pk=booking.pk).update(status=status)
    return booking.caregiver.user


OPENS = {
    "nobody": {"public"},
    "CAREGIVER": {"public", "signed_in"},
    "awaiting_deposit": {"public", "signed_in"},
    "confirmed": {"public", "signed_in", "booked"},
    "completed": {"public", "signed_in", "booked"},
    "cancelled": {"public", "signed_in"},
    "expired": {"public", "signed_in"},
    "other service": {"public", "signed_in"},
    "COORDINATOR": {"public", "signed_in"},
    "FINANCE": {"public", "signed_in"},
    "MANAGER": {"public", "signed_in"},
    "EDITOR": {"public", "signed_in", "booked", "hidden"},
    "ADMINISTRATOR": {"public", "signed_in", "booked", "hidden"},
}


@pytest.mark.parametrize("who", OPENS)
def test_each_visitor_opens_what_is_theirs_to_open(who: str, shelf: dict[str, MediaItem]) -> None:
    client = browser_of(visitor(who, shelf))
    pages = {name: client.get(f"/library/{item.slug}/") for name, item in shelf.items()}
    files = {name: client.get(item.file.url).status_code for name, item in shelf.items()}
    captions = {name: client.get(f"/library/{item.slug}/captions.vtt").status_code for name, item in shelf.items()}
    listed = {item.slug for item in client.get("/library/").context["items"]}
    closed = 302 if who == "nobody" else 404
    assert {n: p.status_code for n, p in pages.items()} == {
        n: 200 if n in OPENS[who] else 404 if n == "hidden" else closed for n in shelf
    }
    assert files == captions == {n: 200 if n in OPENS[who] else 404 for n in shelf}
    assert listed == {shelf[n].slug for n in OPENS[who]}


def test_signed_out_is_led_to_sign_in_and_back(shelf: dict[str, MediaItem], client: Client) -> None:
    path = f"/library/{shelf['signed_in'].slug}/"
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.get("/library/no-such-item/").status_code == 404


def test_a_restricted_file_is_not_in_the_public_store(shelf: dict[str, MediaItem], media: Path) -> None:
    assert {name: str(item.file.name).split("/")[0] for name, item in shelf.items()} == {
        "public": "public", "signed_in": "signed", "booked": "signed", "hidden": "signed",
    }  # fmt: skip
    assert len(list((media / "public" / "library").iterdir())) == 1
    client = browser_of(of_role(Role.EDITOR))
    name = str(shelf["booked"].file.name).removeprefix("signed/")
    assert client.get(f"/media/public/{name}").status_code == 404
    assert client.get(f"/media/public/../signed/{name}").status_code in (400, 404)
    assert client.get("/media/public/library/").status_code == 404


def test_uploads_as_they_came_are_closed(media: Path, client: Client) -> None:
    image = get_image_model().objects.create(title="Door", file=ContentFile(samples.picture(), name="door.jpg"))
    assert image.file.url.startswith("/media/public/original_images/door.")
    assert client.get(image.file.url).status_code == 404
    for way in ("./original_images", "original_images/.", "images/../original_images"):
        assert client.get(image.file.url.replace("original_images", way)).status_code == 404, way
    assert client.get(image.get_rendition("width-20").url).status_code == 200


def test_documents_go_out_through_their_own_address_to_be_saved(media: Path, client: Client) -> None:
    document = get_document_model().objects.create(title="Rota", file=ContentFile(samples.pdf(), name="rota.pdf"))
    assert document.file.url.startswith("/media/public/documents/rota.")
    assert client.get(document.file.url).status_code == 404
    for way in ("./documents", "documents/.", "images/../documents"):
        assert client.get(document.file.url.replace("documents", way)).status_code == 404, way
    assert document.url == f"/documents/{document.pk}/{document.filename}"
    response = client.get(document.url)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response["Content-Disposition"] == f'attachment; filename="{document.filename}"'
    assert response["X-Content-Type-Options"] == "nosniff"


def test_an_upload_that_waits_for_its_title_is_closed(media: Path, client: Client) -> None:
    user = UserFactory()
    waiting = UploadedFile.objects.create(file=ContentFile(samples.picture(), name="me.jpg"), uploaded_by_user=user)
    assert waiting.file.url.startswith("/media/public/wagtail_uploads/me.")
    assert client.get(waiting.file.url).status_code == 404


@pytest.mark.parametrize(
    ("asked", "status", "content", "content_range"),
    [
        ("", 200, CONTENT, None),
        ("bytes=0-9", 206, CONTENT[:10], "bytes 0-9/1024"),
        ("bytes=1000-", 206, CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=1000-5000", 206, CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-24", 206, CONTENT[1000:], "bytes 1000-1023/1024"),
        ("bytes=-5000", 206, CONTENT, "bytes 0-1023/1024"),
        ("bytes=1024-", 416, b"", "bytes */1024"),
        ("bytes=-0", 416, b"", "bytes */1024"),
        ("bytes=9-3", 200, CONTENT, None),
        (f"bytes={'9' * 4400}-", 416, b"", "bytes */1024"),
        (f"bytes={'0' * 4400}1-2", 206, CONTENT[1:3], "bytes 1-2/1024"),
        (f"bytes=-{'9' * 4400}", 206, CONTENT, "bytes 0-1023/1024"),
        ("bytes=٣-", 200, CONTENT, None),
        ("bytes=0-1,5-6", 200, CONTENT, None),
        ("lines=1-2", 200, CONTENT, None),
    ],
)
@pytest.mark.parametrize("access", [Access.PUBLIC, Access.SIGNED_IN])
def test_files_are_read_in_byte_ranges(
    asked: str, status: int, content: bytes, content_range: str | None, access: Access
) -> None:
    item = MediaItemFactory(access=access)
    response = browser_of(UserFactory()).get(item.file.url, headers={"Range": asked} if asked else {})
    assert (response.status_code, response.getvalue()) == (status, content)
    assert response.get("Content-Range") == content_range
    assert response["Accept-Ranges"] == "bytes"
    if status != 416:
        assert (response["Content-Type"], response["Content-Length"]) == ("video/mp4", str(len(content)))


def test_public_files_are_kept_by_caches_and_restricted_ones_by_the_viewer_alone(shelf: dict[str, MediaItem]) -> None:
    client = browser_of(UserFactory())
    assert client.get(shelf["public"].file.url)["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(shelf["signed_in"].file.url)["Cache-Control"] == "private, max-age=3600"
    guide = MediaItemFactory(kind=Kind.DOCUMENT, file=ContentFile(samples.pdf(), name="guide.pdf"))
    assert client.get(guide.file.url)["Cache-Control"] == "public, max-age=86400"


def test_the_list_is_narrowed_by_words_kind_and_category(client: Client) -> None:
    moving = CategoryFactory()
    film = MediaItemFactory(title="Out of a chair", categories=[moving])
    talk = MediaItemFactory(kind=Kind.AUDIO, title="A carer talks", transcript="<p>We speak of the night.</p>")

    def found(**query: str) -> set[int]:
        return {item.pk for item in client.get("/library/", query).context["items"]}

    assert found() == {film.pk, talk.pk}
    assert found(kind="audio") == {talk.pk}
    assert found(kind="nonsense") == {film.pk, talk.pk}
    assert found(category=moving.slug) == {film.pk}
    assert found(category="nonsense") == set()
    assert found(q="CHAIR out") == {film.pk}
    assert found(q="night") == {talk.pk}
    assert found(q="chair night") == set()
    assert found(page="-3") == {film.pk, talk.pk}


def test_pages_of_the_list_keep_what_was_asked(client: Client) -> None:
    MediaItemFactory.create_batch(13)
    page = client.get("/library/", {"kind": "video", "page": 2}).content.decode()  # type: ignore[arg-type]
    assert '<a class="button button--secondary button--small" rel="prev" href="?kind=video&amp;page=1">' in page
    assert "Page 2 of 2" in page


@pytest.mark.parametrize("items", [1, 9])
def test_a_page_costs_the_same_however_much_it_shows(
    items: int, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    image = get_image_model().objects.create(title="Door", file=ContentFile(samples.picture(), name="door.jpg"))
    MediaItemFactory.create_batch(items, poster=image)
    client.get("/library/")  # makes the renditions
    with django_assert_num_queries(5):
        assert client.get("/library/").status_code == 200


def test_an_item_costs_five_queries_session_user_item_and_two_permissions(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    item = MediaItemFactory(access=Access.SIGNED_IN)
    client = browser_of(CaregiverFactory().user)
    client.get("/library/")  # reads the site settings
    with django_assert_num_queries(5):
        page = client.get(f"/library/{item.slug}/")
    assert f'src="/library/{item.slug}/captions.vtt"' in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_captions_are_sent_as_text_tracks(client: Client) -> None:
    response = client.get(f"/library/{MediaItemFactory().slug}/captions.vtt")
    assert response["Content-Type"] == "text/vtt; charset=utf-8"
    assert response.content.decode().startswith("WEBVTT\n")
    assert client.get(f"/library/{MediaItemFactory(captions='').slug}/captions.vtt").status_code == 404


def report(client: Client, item: MediaItem, **fields: Any) -> int:
    return client.post(f"/library/{item.slug}/playback/", fields).status_code


def test_a_report_is_kept_under_a_hash_and_counted() -> None:
    item, user = MediaItemFactory(), UserFactory()
    allow(user)
    before = MEDIA_EVENTS.labels(event="midpoint")._value.get()
    client = browser_of(user)
    assert [report(client, item, event="started"), report(client, item, event="midpoint", seconds=50)] == [204, 204]
    assert events() == [
        (Activity.MEDIA_PLAYED, item.slug, visitor_hash(user), 0),
        (Activity.MEDIA_MIDPOINT, item.slug, visitor_hash(user), 50),
    ]
    assert MEDIA_EVENTS.labels(event="midpoint")._value.get() == before + 1


def test_a_report_is_one_count_and_one_look_at_the_item_and_waits_for_nothing(
    django_assert_num_queries: DjangoAssertNumQueries, client: Client
) -> None:
    item = MediaItemFactory()
    with django_assert_num_queries(2):
        assert report(client, item, event="started") == 204
    assert len(events()) == 1


def test_every_report_has_its_activity() -> None:
    assert ACTIVITIES.keys() == set(Playback)


def events() -> list[tuple[str, str, str, int]]:
    flush()
    return list(ActivityEvent.objects.order_by("pk").values_list("activity", "object_id", "visitor", "seconds"))


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_do_not_track_is_respected(header: str, client: Client) -> None:
    item, counted = MediaItemFactory(), MEDIA_EVENTS.labels(event="started")._value.get()
    response = client.post(f"/library/{item.slug}/playback/", {"event": "started"}, headers={header: "1"})
    assert (response.status_code, events()) == (204, [])
    assert MEDIA_EVENTS.labels(event="started")._value.get() == counted


@pytest.mark.parametrize(
    "fields",
    [{}, {"event": "hacked"}, {"event": "stopped", "seconds": -1}, {"event": "stopped", "seconds": 102},
     {"event": "stopped", "seconds": "many"}, {"event": "downloaded"}],
)  # fmt: skip
def test_what_no_player_reports_is_refused(fields: dict[str, Any], client: Client) -> None:
    assert report(client, MediaItemFactory(), **fields) == 400
    assert events() == []


def test_a_report_needs_the_token_the_access_and_the_method(shelf: dict[str, MediaItem]) -> None:
    strict = Client(enforce_csrf_checks=True)
    path = f"/library/{shelf['public'].slug}/playback/"
    assert strict.post(path, {"event": "started"}).status_code == 403
    token = strict.get(f"/library/{shelf['public'].slug}/").context["csrf_token"]
    assert strict.post(path, {"event": "started", "csrfmiddlewaretoken": str(token)}).status_code == 204
    assert strict.get(path).status_code == 405
    assert report(Client(), shelf["signed_in"], event="started") == 404
    assert report(Client(), shelf["hidden"], event="started") == 404


def test_reports_are_limited(settings: Any, client: Client) -> None:
    settings.LIMITS = {"playback": "2/m/client"}  # type: ignore[attr-defined]
    item = MediaItemFactory()
    assert [report(client, item, event="started") for _ in range(3)] == [204, 204, 429]
