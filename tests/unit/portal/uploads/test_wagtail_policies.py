"""Every place in Wagtail where a file comes in: refused with a sentence, or kept without what it tells."""

import io
import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from PIL import Image as Pillow
from wagtail.documents.models import Document
from wagtail.images.models import Image
from wagtail.models import Collection, UploadedFile
from wagtail.users.models import UserProfile

from portal.accounts.models import User
from tests.unit.portal.uploads import samples

pytestmark = pytest.mark.django_db
PIXELS = "This picture is too big. Make it smaller: 4,000 pixels wide is plenty."
HIDES = "This file has something else hidden inside it. Save it again in the program that made it."


@pytest.fixture(params=["in memory", "on disk"])
def upload_size(request: pytest.FixtureRequest) -> Any:
    """Django keeps small uploads in memory and large ones on disk."""
    with override_settings(FILE_UPLOAD_MAX_MEMORY_SIZE=2_500_000 if request.param == "in memory" else 0):
        yield request.param


@pytest.fixture
def superuser(client: Client, settings: Any) -> User:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = User.objects.create_superuser(email="admin@example.org", password="a long password")
    client.force_login(user)
    return user


@pytest.fixture
def image(superuser: User) -> Image:
    return Image.objects.create(title="Before", file=ContentFile(samples.picture("PNG"), name="before.png"))


@pytest.fixture
def document(superuser: User) -> Document:
    return Document.objects.create(title="Before", file=ContentFile(samples.pdf(), name="before.pdf"))


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("garden.jpg", samples.photo_with_place(orientation=6), "image/jpeg")


def giant() -> SimpleUploadedFile:
    return SimpleUploadedFile("giant.png", samples.giant_png(), "image/png")


def page_as_text() -> SimpleUploadedFile:
    return SimpleUploadedFile("note.txt", b"<html><script>alert(1)</script>", "text/plain")


def post(client: Client, address: str, file: SimpleUploadedFile, **more: Any) -> Any:
    fields = {"title": "Garden", "collection": Collection.get_first_root_node().pk, **more}
    return client.post(address, {"file": file, **fields})


def upload_several(client: Client, address: str, file: SimpleUploadedFile, title: str = "Garden") -> dict:
    fields = {"title": title, "files[]": file, "collection": Collection.get_first_root_node().pk}
    response = client.post(address, fields, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert response.status_code == 200
    return json.loads(response.content)


def exif_of(stored: Any) -> dict:
    with Pillow.open(io.BytesIO(stored.open().read())) as picture:
        return dict(picture.getexif())


@pytest.mark.parametrize("name", ["wagtailimages:add", "wagtailimages_chooser:create"])
@pytest.mark.usefixtures("superuser", "upload_size")
def test_a_picture_of_a_form_loses_its_place(client: Client, name: str) -> None:
    prefix = "image-chooser-upload-" if "chooser" in name else ""
    fields = {"title": "Garden", "file": photo(), "collection": Collection.get_first_root_node().pk}
    client.post(reverse(name), {prefix + field: value for field, value in fields.items()})
    kept = Image.objects.get()
    assert exif_of(kept.file) == {0x0112: 6}
    assert kept.file_size == kept.file.size
    assert exif_of(kept.get_rendition("width-30").file) == {}


@pytest.mark.parametrize("name", ["wagtailimages:add", "wagtailimages_chooser:create"])
@pytest.mark.usefixtures("superuser")
def test_a_giant_picture_is_refused_before_it_is_unpacked(client: Client, name: str) -> None:
    prefix = "image-chooser-upload-" if "chooser" in name else ""
    response = client.post(reverse(name), {f"{prefix}title": "Giant", f"{prefix}file": giant()})
    assert response.status_code == 200
    shown = str(json.loads(response.content)) if prefix else response.content.decode()
    assert PIXELS in shown
    assert not Image.objects.exists()


@pytest.mark.usefixtures("superuser", "upload_size")
def test_one_of_several_pictures_loses_its_place(client: Client) -> None:
    answer = upload_several(client, reverse("wagtailimages:add_multiple"), photo())
    assert exif_of(Image.objects.get(pk=answer["image_id"]).file) == {0x0112: 6}
    assert 'name="image' in answer["form"]
    assert 'type="file"' not in answer["form"]


@pytest.mark.usefixtures("superuser")
def test_a_giant_among_several_pictures_is_refused(client: Client) -> None:
    answer = upload_several(client, reverse("wagtailimages:add_multiple"), giant())
    assert answer == {"success": False, "error_message": PIXELS}


@pytest.mark.usefixtures("superuser", "upload_size")
def test_a_picture_that_waits_for_its_title_has_lost_its_place_already(client: Client) -> None:
    upload_several(client, reverse("wagtailimages:add_multiple"), photo(), title="x" * 300)
    waiting = UploadedFile.objects.get()
    assert exif_of(waiting.file) == {0x0112: 6}
    address = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[waiting.pk])
    prefix = f"uploaded-image-{waiting.pk}"
    fields = {f"{prefix}-title": "Garden", f"{prefix}-collection": Collection.get_first_root_node().pk}
    client.post(address, fields, HTTP_X_REQUESTED_WITH="XMLHttpRequest")
    assert exif_of(Image.objects.get().file) == {0x0112: 6}


def test_a_picture_that_replaces_another_loses_its_place(client: Client, image: Image) -> None:
    post(client, reverse("wagtailimages:edit", args=[image.pk]), photo())
    image.refresh_from_db()
    assert (image.width, image.height) == (64, 36)
    assert exif_of(image.file) == {0x0112: 6}


def test_a_picture_is_not_replaced_by_a_giant(client: Client, image: Image) -> None:
    response = post(client, reverse("wagtailimages:edit", args=[image.pk]), giant())
    assert PIXELS in response.content.decode()
    former = image.file.name
    image.refresh_from_db()
    assert image.file.name == former


@pytest.mark.usefixtures("superuser")
def test_a_drawing_with_a_script_is_no_picture(client: Client) -> None:
    drawing = SimpleUploadedFile("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "image/svg+xml")
    response = post(client, reverse("wagtailimages:add"), drawing)
    assert "This is a text file, not a type of picture we accept." in response.content.decode()
    assert not Image.objects.exists()


@pytest.mark.parametrize("name", ["wagtaildocs:add", "wagtaildocs_chooser:create"])
@pytest.mark.usefixtures("superuser", "upload_size")
def test_a_document_of_a_form_loses_its_author(client: Client, name: str) -> None:
    prefix = "document-chooser-upload-" if "chooser" in name else ""
    guide = SimpleUploadedFile("guide.pdf", samples.pdf(author=True), "application/pdf")
    fields = {"title": "Guide", "file": guide, "collection": Collection.get_first_root_node().pk}
    client.post(reverse(name), {prefix + field: value for field, value in fields.items()})
    kept = Document.objects.get()
    assert b"Nora" not in kept.file.open().read()
    assert kept.file_size == kept.file.size


@pytest.mark.parametrize("name", ["wagtaildocs:add", "wagtaildocs_chooser:create"])
@pytest.mark.usefixtures("superuser")
def test_a_page_is_not_taken_as_text(client: Client, name: str) -> None:
    prefix = "document-chooser-upload-" if "chooser" in name else ""
    response = client.post(reverse(name), {f"{prefix}title": "Note", f"{prefix}file": page_as_text()})
    shown = str(json.loads(response.content)) if prefix else response.content.decode()
    assert HIDES in shown
    assert not Document.objects.exists()


@pytest.mark.usefixtures("superuser")
def test_a_program_among_several_documents_is_refused(client: Client) -> None:
    program = SimpleUploadedFile("tool.pdf", b"MZ" + bytes(500), "application/pdf")
    answer = upload_several(client, reverse("wagtaildocs:add_multiple"), program)
    assert answer["success"] is False
    assert answer["error_message"].startswith("This file is not a type of document we accept.")


def test_a_document_is_not_replaced_by_a_page(client: Client, document: Document) -> None:
    response = post(client, reverse("wagtaildocs:edit", args=[document.pk]), page_as_text())
    assert HIDES in response.content.decode()


def test_the_account_page_takes_no_picture(client: Client, superuser: User) -> None:
    fields = {"theme-theme": "system", "theme-contrast": "system", "theme-density": "default"}
    client.post(reverse("wagtailadmin_account"), {**fields, "avatar-avatar": photo()})
    assert not UserProfile.objects.filter(user=superuser).exclude(avatar="").exists()


def test_the_picture_of_an_account_loses_its_place(superuser: User) -> None:
    profile = UserProfile.objects.create(user=superuser, avatar=photo())
    assert exif_of(profile.avatar) == {0x0112: 6}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (samples.giant_png(), PIXELS),
        (samples.picture("TIFF"), "This file is not a type of picture we accept."),
        (samples.picture("PNG") + samples.archive(), HIDES),
    ],
    ids=["a giant", "another format", "an archive behind"],
)
def test_the_picture_of_an_account_is_examined(superuser: User, content: bytes, sentence: str) -> None:
    with pytest.raises(ValidationError) as caught:
        UserProfile.objects.create(user=superuser, avatar=SimpleUploadedFile("me.png", content, "image/png"))
    assert caught.value.message_dict["avatar"][0].startswith(sentence)
    assert not UserProfile.objects.filter(user=superuser).exists()


def test_what_code_saves_without_a_form_is_cleaned_too() -> None:
    image = Image.objects.create(title="Garden", file=ContentFile(samples.photo_with_place(), name="garden.jpg"))
    assert exif_of(image.file) == {}


def test_what_code_saves_without_a_form_is_refused_too() -> None:
    with pytest.raises(ValidationError) as caught:
        Document.objects.create(title="Tool", file=ContentFile(b"MZ" + bytes(99), name="tool.pdf"))
    assert list(caught.value.message_dict) == ["file"]
    assert not Document.objects.exists()


def test_saving_a_picture_again_does_not_open_its_file(image: Image, django_assert_num_queries: Any) -> None:
    image.file.storage.delete(image.file.name)
    image.title = "After"
    image.save()
    assert Image.objects.get().title == "After"


@pytest.mark.usefixtures("superuser")
def test_a_document_whose_title_was_too_long_is_given_another(client: Client) -> None:
    note = SimpleUploadedFile("note.txt", b"Bring a chair.", "text/plain")
    upload_several(client, reverse("wagtaildocs:add_multiple"), note, title="x" * 300)
    waiting = UploadedFile.objects.get()
    prefix = f"uploaded-document-{waiting.pk}"
    fields = {f"{prefix}-title": "Note", f"{prefix}-collection": Collection.get_first_root_node().pk}
    address = reverse("wagtaildocs:create_multiple_from_uploaded_document", args=[waiting.pk])
    assert json.loads(client.post(address, {f"{prefix}-title": ""}).content)["success"] is False
    assert json.loads(client.post(address, fields).content)["success"] is True
    kept = Document.objects.get()
    assert (kept.title, kept.file.read(), UploadedFile.objects.count()) == ("Note", b"Bring a chair.", 0)
