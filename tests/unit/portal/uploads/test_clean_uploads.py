"""What was stored before uploads were examined: cleaned where it lies, or refused and named."""

import hashlib
import io
import json
from pathlib import Path

import pytest
from django.conf import Settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management import CommandError, call_command
from django.db.models import Model
from PIL import Image as Pillow
from pytest_django import DjangoAssertNumQueries
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.users.models import UserProfile

from portal.media_library.enums import Kind
from portal.media_library.models import MediaItem
from portal.uploads import stored
from tests.factories import MediaItemFactory, UserFactory
from tests.unit.portal.uploads import samples

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    """The folder that holds both stores."""
    stores = {
        alias: {
            "BACKEND": "portal.media_library.storage.LocalFiles",
            "OPTIONS": {"location": tmp_path / name, "base_url": f"/media/{name}/"},
        }
        for alias, name in (("default", "public"), ("signed", "signed"))
    }
    settings.STORAGES = {**settings.STORAGES, **stores}  # type: ignore[attr-defined]
    return tmp_path


def sha1(content: bytes) -> str:
    """As Wagtail names a file's content."""
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()


def as_it_came(row: Model, field: str, content: bytes) -> None:
    """What an older release kept: the file as it was, and its size and hash in the row."""
    held = getattr(row, field)
    Path(held.storage.path(held.name)).write_bytes(content)
    if field == "file" and not isinstance(row, MediaItem):
        digest = sha1(content)
        type(row).objects.filter(pk=row.pk).update(file_size=len(content), file_hash=digest)  # type: ignore[attr-defined]
    row.refresh_from_db()


def photo() -> Image:
    image = Image.objects.create(title="Garden", file=ContentFile(samples.picture(), name="garden.jpg"))
    image.get_rendition("width-30")
    as_it_came(image, "file", samples.photo_with_place(orientation=6))
    return image


def guide() -> Document:
    document = Document.objects.create(title="Guide", file=ContentFile(samples.pdf(), name="guide.pdf"))
    as_it_came(document, "file", samples.pdf(author=True))
    return document


def avatar() -> UserProfile:
    me = ContentFile(samples.picture(), name="me.jpg")
    profile = UserProfile.objects.create(user=UserFactory(), avatar=me)
    as_it_came(profile, "avatar", samples.photo_with_place())
    return profile


def film(**fields: object) -> MediaItem:
    item = MediaItemFactory(file=ContentFile(samples.mp4(), name="film.mp4"), **fields)
    as_it_came(item, "file", samples.mp4(inside=samples.place_boxes()))
    return item


def bytes_of(held: File) -> bytes:
    with held.storage.open(held.name) as kept:  # type: ignore[attr-defined]
        return kept.read()


def run(*arguments: str) -> tuple[dict, list[str]]:
    """The result, and what was said on the way."""
    out, said = io.StringIO(), io.StringIO()
    call_command("clean_uploads", "--json", *arguments, stdout=out, stderr=said)
    return json.loads(out.getvalue()), said.getvalue().splitlines()


def result(examined: int, cleaned: int, *, dry_run: bool = False) -> dict:
    return {"examined": examined, "cleaned": cleaned, "refused": 0, "first_refused": [], "dry_run": dry_run}


def test_every_kind_of_stored_file_is_cleaned_at_its_address(folder: Path) -> None:
    rows = {"file": [photo(), guide(), film()], "avatar": [avatar()]}
    names = {row: getattr(row, field).name for field in rows for row in rows[field]}
    report, said = run()
    assert report == result(4, 4)
    assert said == [f"--after {row._meta.label}:{row.pk}" for row in sorted(names, key=lambda row: row._meta.label)]
    for row in names:
        row.refresh_from_db()
    assert {row: getattr(row, field).name for field in rows for row in rows[field]} == names
    image, document, item = rows["file"]
    assert dict(Pillow.open(io.BytesIO(bytes_of(image.file))).getexif()) == {0x0112: 6}
    assert b"Nora" not in bytes_of(document.file)
    assert samples.PLACE not in bytes_of(item.file)
    assert dict(Pillow.open(io.BytesIO(bytes_of(rows["avatar"][0].avatar))).getexif()) == {}


def test_the_row_tells_the_cleaned_files_size_and_hash() -> None:
    image, document, item = photo(), guide(), film()
    run()
    for row in (image, document):
        row.refresh_from_db()
        content = bytes_of(row.file)
        assert (row.file_size, row.file_hash) == (len(content), sha1(content))
    item.refresh_from_db()
    assert (item.size, item.content_type, item.duration_seconds) == (len(bytes_of(item.file)), "video/mp4", 3)


def test_a_second_run_finds_nothing_to_do() -> None:
    photo(), guide(), avatar(), film()
    assert run()[0] == result(4, 4)
    assert run()[0] == result(4, 0)


def test_a_cleaned_pictures_renditions_are_made_anew() -> None:
    image, other = photo(), Image.objects.create(title="A", file=ContentFile(samples.picture("PNG"), name="a.png"))
    kept = other.get_rendition("width-30")
    run()
    assert not image.renditions.exists()
    assert list(other.renditions.all()) == [kept]
    assert image.get_rendition("width-30").width == 30


def test_a_dry_run_changes_nothing(folder: Path) -> None:
    image = photo()
    guide(), avatar(), film()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    rows = list(Image.objects.values()) + list(Document.objects.values()) + list(MediaItem.objects.values())
    assert run("--dry-run")[0] == result(4, 4, dry_run=True)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert list(Image.objects.values()) + list(Document.objects.values()) + list(MediaItem.objects.values()) == rows
    assert image.renditions.count() == 1


def test_a_refused_file_is_named_and_stays_as_it_is_while_the_others_are_cleaned() -> None:
    refused, cleaned = guide(), guide()
    content = b"MZ" + bytes(99)
    as_it_came(refused, "file", content)
    out, said = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match="1 files refused") as caught:
        call_command("clean_uploads", "--json", stdout=out, stderr=said)
    reason = (
        "This file is not a type of document we accept. Save it as PDF, Word (.docx), Excel (.xlsx), "
        "OpenDocument (.odt), text, CSV or WebVTT and try again."
    )
    assert caught.value.returncode == 1
    assert json.loads(out.getvalue()) == {
        **result(2, 1),
        "refused": 1,
        "first_refused": [{"model": "wagtaildocs.Document", "id": refused.pk, "reason": reason}],
    }
    assert f"wagtaildocs.Document:{refused.pk} refused: {reason}" in said.getvalue().splitlines()
    assert bytes_of(refused.file) == content
    assert b"Nora" not in bytes_of(cleaned.file)


def test_a_missing_file_is_named_and_its_row_stays() -> None:
    image = photo()
    Path(image.file.path).unlink()
    said = io.StringIO()
    with pytest.raises(CommandError, match="1 files refused"):
        call_command("clean_uploads", stdout=io.StringIO(), stderr=said)
    line = f"wagtailimages.Image:{image.pk} refused: This file is missing from storage."
    assert line in said.getvalue().splitlines()
    assert Image.objects.filter(pk=image.pk).exists()


def test_a_run_stopped_between_file_and_row_is_ended_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    image = photo()
    dirty = image.file_hash

    def stopped(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("django.db.models.query.QuerySet.update", stopped)
        with pytest.raises(KeyboardInterrupt):
            run()
    image.refresh_from_db()
    assert image.file_hash == dirty
    image.get_rendition("width-30")
    assert run()[0] == result(1, 1)
    image.refresh_from_db()
    assert image.file_hash == sha1(bytes_of(image.file))
    assert not image.renditions.exists()


def test_a_run_stopped_behind_the_file_leaves_no_rendition_of_a_row_without_a_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    image = photo()
    Image.objects.update(file_hash="", file_size=None)

    def stopped(*args: object) -> None:
        assert not image.renditions.exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(stored, "_overwrite", stopped)
    with pytest.raises(KeyboardInterrupt):
        run()


def test_a_clean_picture_without_a_hash_keeps_its_renditions() -> None:
    image = Image.objects.create(title="A", file=ContentFile(samples.picture("PNG"), name="a.png"))
    kept = image.get_rendition("width-30")
    assert run()[0] == result(1, 0)
    assert list(image.renditions.all()) == [kept]


def test_a_run_stopped_while_writing_leaves_the_former_file_alone_in_its_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = guide()
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def stopped(*args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("portal.uploads.stored.os.replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        run()
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    assert b"Nora" in bytes_of(document.file)


def test_a_run_goes_on_behind_the_row_it_is_told() -> None:
    first, second = guide(), guide()
    image, item = photo(), film()
    assert run("--after", f"wagtaildocs.Document:{first.pk}")[0] == result(2, 2)
    assert b"Nora" in bytes_of(first.file)
    assert b"Nora" not in bytes_of(second.file)
    assert samples.PLACE in bytes_of(item.file)
    assert b"A camera" not in bytes_of(image.file)


@pytest.mark.parametrize(
    "after", ["", "7", "wagtaildocs.Document", "wagtaildocs.Document:", "auth.Group:1", "wagtaildocs.Document:-1",
              "wagtaildocs.Document:٣"],
)  # fmt: skip
def test_a_place_to_go_on_from_that_is_none_is_refused(after: str) -> None:
    with pytest.raises(CommandError) as caught:
        call_command("clean_uploads", "--after", after)
    assert str(caught.value) == (
        f"{after!r} is not MODEL:ID with a model of these: media_library.MediaItem, wagtaildocs.Document, "
        "wagtailimages.Image, wagtailusers.UserProfile"
    )


def test_rows_are_read_in_chunks_by_primary_key(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(stored, "_CHUNK", 2)
    pks = [Document.objects.create(title="A", file=ContentFile(b"Rota", name="rota.txt")).pk for _ in range(5)]
    (documents,) = [known for known in stored.registered() if known.model is Document]
    with django_assert_num_queries(4):
        found = [[row.pk for row in chunk] for chunk in stored.chunks(documents, 0)]
    assert found == [pks[0:2], pks[2:4], pks[4:5]]


def test_who_has_no_picture_is_passed_over() -> None:
    UserProfile.objects.create(user=UserFactory())
    assert run()[0] == result(0, 0)


@pytest.mark.parametrize("visible", [True, False])
def test_a_file_of_either_store_of_the_library_is_cleaned(visible: bool) -> None:
    item = film(visible=visible)
    assert str(item.file.name).startswith("public/" if visible else "signed/")
    run()
    assert samples.PLACE not in bytes_of(item.file)


def test_the_librarys_files_are_examined_by_the_kind_of_their_item() -> None:
    MediaItemFactory(kind=Kind.DOCUMENT, file=ContentFile(samples.picture(), name="not-a-document.jpg"))
    said = io.StringIO()
    with pytest.raises(CommandError):
        call_command("clean_uploads", stdout=io.StringIO(), stderr=said)
    assert "This is a JPEG picture, not a PDF." in said.getvalue()


def test_the_cdn_forgets_a_cleaned_file_of_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr("portal.media_library.receivers.purge_urls_from_cache", asked.append)
    item = film()
    run()
    assert asked == [[item.file.url]]


class Bucket(Storage):
    """A store without paths: what is opened to be written is kept as it was written."""

    def __init__(self, folder: Path) -> None:
        self.kept = FileSystemStorage(folder)

    def open(self, name: str, mode: str = "rb") -> File:
        return self.kept.open(name, mode)


def test_a_file_in_an_object_store_is_cleaned_at_its_address(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = guide()
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", Bucket(folder / "public"))
    assert run()[0] == result(1, 1)
    content = (folder / "public" / document.file.name).read_bytes()
    document.refresh_from_db()
    assert b"Nora" not in content
    assert (document.file_size, document.file_hash) == (len(content), sha1(content))
