"""What is left out of a file, and what stays as it was."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageCms, ImageSequence
from pypdf import PdfReader

from portal.media_library.smaller import made_smaller
from portal.uploads import UploadPolicy, examine
from portal.uploads.policies import DOCUMENTS, IMAGES, LIBRARY, Kind
from tests.unit.portal.uploads import samples

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF", "GIF")
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
TELLING = (b"A camera", b"GPSLatitude", b"Nora", b"Photographed at home", samples.PLACE)


def cleaned(content: bytes, name: str, policy: UploadPolicy) -> bytes:
    """The cleaned file, which a second examination leaves as it is."""
    file = ContentFile(content, name=name)
    examined = examine(file, policy)
    once = file.read()
    assert examined.changed is (once != content)
    assert examined.size == len(once) == file.size
    assert examine(file, policy).changed is False
    assert file.read() == once
    return once


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def pixels(content: bytes) -> list[bytes]:
    return [frame.convert("RGB").tobytes() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(content)))]


def with_everything(kind: str, orientation: int = 1) -> bytes:
    """A picture with place, description and profile, as far as the format has room for them."""
    if kind == "GIF":
        return samples.picture(kind, comment=b"Photographed at home")
    return samples.photo_with_place(kind, orientation, icc_profile=PROFILE, xmp=samples.XMP)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_forgets_camera_place_and_description(kind: str) -> None:
    before = with_everything(kind)
    assert any(word in before for word in TELLING)
    after = cleaned(before, f"a.{kind.lower()}", IMAGES)
    assert [word for word in TELLING if word in after] == []
    image = opened(after)
    assert dict(image.getexif()) == {}
    assert {"exif", "xmp", "comment", "photoshop"} & set(image.info) == set()
    assert image.info.get("icc_profile") == (None if kind == "GIF" else PROFILE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_pixels_stay_byte_for_byte(kind: str) -> None:
    before = with_everything(kind)
    assert pixels(cleaned(before, f"a.{kind.lower()}", IMAGES)) == pixels(before)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_keeps_the_way_it_is_turned(kind: str) -> None:
    image = opened(cleaned(with_everything(kind, orientation=6), f"a.{kind.lower()}", IMAGES))
    assert dict(image.getexif()) == {0x0112: 6}


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_goes_on_moving(kind: str) -> None:
    before = samples.animation(kind)
    after = cleaned(before, f"a.{kind.lower()}", IMAGES)
    assert pixels(after) == pixels(before)
    assert len(pixels(after)) == 3
    assert opened(after).info["loop"] == 0


def test_an_animated_avif_goes_on_moving() -> None:
    after = cleaned(samples.animation("AVIF", xmp=samples.XMP), "a.avif", IMAGES)
    assert len(pixels(after)) == 3
    assert b"GPSLatitude" not in after


def test_a_second_picture_behind_the_first_is_left_out() -> None:
    hidden = samples.photo_with_place()
    after = cleaned(samples.picture() + hidden, "a.jpg", IMAGES)
    assert b"A camera" not in after
    assert pixels(after) == pixels(samples.picture())


def test_a_progressive_jpeg_keeps_all_its_scans() -> None:
    before = samples.photo_with_place(progressive=True)
    assert pixels(cleaned(before, "a.jpg", IMAGES)) == pixels(before)


def test_a_clean_picture_is_not_touched() -> None:
    before = samples.picture("PNG")
    assert cleaned(before, "a.png", IMAGES) == before


def test_a_wide_picture_of_the_library_is_made_smaller_upright_with_its_profile() -> None:
    file = ContentFile(
        samples.photo_with_place(orientation=6, size=(1800, 3200), icc_profile=PROFILE), name="garden.jpg"
    )
    examine(file, LIBRARY[Kind.IMAGE])
    assert made_smaller(file) is True
    image = opened(file.read())
    assert image.size == (1600, 900)
    assert image.info["icc_profile"] == PROFILE
    assert dict(image.getexif()) == {}


def test_a_narrow_picture_of_the_library_keeps_its_size() -> None:
    file = ContentFile(samples.picture(), name="garden.jpg")
    assert made_smaller(file) is False


@pytest.mark.parametrize(
    "film",
    [
        samples.mp4(inside=samples.place_boxes()),
        samples.mp4(inside=samples.box(b"trak", samples.place_boxes())),
        samples.mp4(behind=samples.place_boxes()),
        samples.mp4(behind=samples.box(b"uuid", bytes(16) + samples.PLACE)),
        samples.mp4(behind=samples.box(b"free", samples.PLACE)),
    ],
    ids=["of the film", "of a track", "behind the index", "XMP", "in free space"],
)
def test_a_film_forgets_its_place_and_no_frame_moves(film: bytes) -> None:
    after = cleaned(film, "a.mp4", LIBRARY[Kind.VIDEO])
    assert samples.PLACE not in after
    assert len(after) == len(film)
    assert after.index(b"mdat") == film.index(b"mdat")


def test_a_film_with_picture_sound_and_captions_is_not_touched() -> None:
    film = samples.mp4(inside=b"".join(samples.track(kind) for kind in (b"vide", b"soun", b"text")))
    assert cleaned(film, "a.mp4", LIBRARY[Kind.VIDEO]) == film


def test_a_recording_forgets_its_tags() -> None:
    head = b"ID3\x03\0\0" + bytes([0, 0, 1, 0]) + b"TXXX" + b"Nora".ljust(124)
    tail = b"APETAGEX" + bytes([0xD0, 7, 0, 0, 36, 0, 0, 0]) + bytes(16)
    last = b"TAG" + b"Nora".ljust(125)
    after = cleaned(head + samples.mp3() + b"Nora" + tail + last, "a.mp3", LIBRARY[Kind.AUDIO])
    assert after == b"ID3\x03\0\0" + bytes([0, 0, 1, 0]) + bytes(128) + samples.mp3()


def test_a_pdf_forgets_its_author_and_what_its_photos_tell() -> None:
    after = cleaned(samples.pdf(author=True, photo=True), "a.pdf", DOCUMENTS)
    assert [word for word in TELLING if word in after] == []
    reader = PdfReader(io.BytesIO(after))
    assert len(reader.pages) == 1
    assert not reader.metadata
    assert reader.xmp_metadata is None


def test_a_pdf_without_an_author_is_not_touched() -> None:
    before = samples.pdf()
    assert cleaned(before, "a.pdf", DOCUMENTS) == before


@pytest.mark.parametrize(
    ("content", "name", "kept"),
    [(samples.docx(), "a.docx", "word/document.xml"), (samples.odt(), "a.odt", "content.xml")],
    ids=["Word", "OpenDocument"],
)
def test_an_office_document_forgets_its_author_and_keeps_its_text(content: bytes, name: str, kept: str) -> None:
    after = zipfile.ZipFile(io.BytesIO(cleaned(content, name, DOCUMENTS)))
    before = zipfile.ZipFile(io.BytesIO(content))
    assert after.namelist() == before.namelist()
    assert after.read(kept) == before.read(kept)
    members = b"".join(after.read(member) for member in after.namelist())
    assert [word for word in TELLING if word in members] == []
