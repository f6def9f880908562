"""What is taken, what is refused, and in which words."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from portal.media_library.enums import Kind
from portal.uploads import Examined, Refused, examine
from tests.unit.portal.uploads import samples


def look(content: bytes, name: str, kind: Kind) -> Examined:
    return examine(ContentFile(content, name=name), kind)


@pytest.mark.parametrize(
    ("content", "name", "kind", "content_type", "seconds"),
    [
        (samples.mp4(), "chair.mp4", Kind.VIDEO, "video/mp4", 3),
        (samples.mp4(b"M4A "), "talk.m4a", Kind.AUDIO, "audio/mp4", 3),
        (samples.mp3(), "TALK.MP3", Kind.AUDIO, "audio/mpeg", 2),
        (samples.picture("JPEG"), "garden.jpeg", Kind.IMAGE, "image/jpeg", None),
        (samples.picture("PNG"), "garden.png", Kind.IMAGE, "image/png", None),
        (samples.picture("WEBP"), "garden.webp", Kind.IMAGE, "image/webp", None),
        (samples.pdf(), "guide.pdf", Kind.DOCUMENT, "application/pdf", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_the_library_keeps(content: bytes, name: str, kind: Kind, content_type: str, seconds: int | None) -> None:
    found = look(content, name, kind)
    assert (found.content_type, found.seconds) == (content_type, seconds)
    assert found.file.name == name
    assert found.size == found.file.size > 0


NO_FILM = "This is no film that the library can keep. Save the film as MP4 and try again."
HIDES = "The file hides something else inside it. Save it again from the program it was made with."
DAMAGED = "The file is damaged or not complete. Save it again from the program it was made with."
RUNS = "The document runs a program or carries another file when opened. Print it to PDF again."
REFUSED = {
    "empty": (b"", "a.mp4", Kind.VIDEO, "The file is empty. Choose another one."),
    "a page": (b"<html><script>alert(1)</script>", "a.mp4", Kind.VIDEO, NO_FILM),
    "a program": (b"MZ" + bytes(500), "a.mp4", Kind.VIDEO, NO_FILM),
    "a script": (b"#!/bin/sh\nrm -rf /\n", "a.mp4", Kind.VIDEO, NO_FILM),
    "a drawing with a script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg", Kind.IMAGE,
        "This is no picture that the library can keep. Save the picture as JPEG, PNG or WebP and try again.",
    ),
    "an archive": (
        samples.archive(), "a.pdf", Kind.DOCUMENT,
        "This is no document that the library can keep. Save the document as PDF and try again.",
    ),
    "another kind": (
        samples.picture(), "a.jpg", Kind.VIDEO,
        "This is a JPEG picture. Change “Kind” to Picture, or choose another file.",
    ),
    "another ending": (
        samples.mp4(), "a.exe", Kind.VIDEO,
        "The file is named .exe but is a MP4 film. Rename it to end in .mp4, if you know where it comes from.",
    ),
    "no ending": (
        samples.pdf(), "guide", Kind.DOCUMENT,
        "The file is named without an ending but is a PDF document. "
        "Rename it to end in .pdf, if you know where it comes from.",
    ),
    "an archive behind a film": (samples.mp4() + samples.archive(), "a.mp4", Kind.VIDEO, HIDES),
    "an archive behind a picture": (samples.picture() + samples.archive(), "a.jpg", Kind.IMAGE, HIDES),
    "a page inside a PDF's head": (samples.pdf() + b"<script>", "a.pdf", Kind.DOCUMENT, HIDES),
    "something behind a film": (samples.mp4() + b"payload", "a.mp4", Kind.VIDEO, DAMAGED),
    "half a film": (samples.mp4()[:-20], "a.mp4", Kind.VIDEO, DAMAGED),
    "a film without index": (samples.box(b"ftyp", b"isom" + bytes(4)), "a.mp4", Kind.VIDEO, DAMAGED),
    "half a picture": (samples.picture("PNG")[:60], "a.png", Kind.IMAGE, DAMAGED),
    "half a PDF": (samples.pdf()[:120], "a.pdf", Kind.DOCUMENT, DAMAGED),
    "a PDF that runs": (samples.pdf(script=True), "a.pdf", Kind.DOCUMENT, RUNS),
    "a PDF that carries": (samples.pdf(attachment=True), "a.pdf", Kind.DOCUMENT, RUNS),
    "a PDF with a password": (
        samples.pdf(password=True), "a.pdf", Kind.DOCUMENT, "The document needs a password. Save it without one.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "kind", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_it_refuses_and_why(content: bytes, name: str, kind: Kind, sentence: str) -> None:
    with pytest.raises(Refused) as caught:
        look(content, name, kind)
    assert str(caught.value) == sentence


def test_too_large_is_refused_before_anything_is_read() -> None:
    file = ContentFile(b"", name="a.mp4")
    file.size = 501 * 1024 * 1024
    with pytest.raises(Refused, match=r"^The file has 501 MB; at most 500 MB can be kept. Make it smaller.$"):
        examine(file, Kind.VIDEO)


def test_a_picture_forgets_the_camera_and_the_place() -> None:
    kept = look(samples.photo_with_place(), "garden.jpg", Kind.IMAGE).file
    with Image.open(io.BytesIO(kept.read())) as image:
        assert dict(image.getexif()) == {}
        assert image.size == (64, 36)


def test_a_wide_picture_is_made_smaller() -> None:
    kept = look(samples.picture(size=(3200, 1800)), "garden.jpg", Kind.IMAGE).file
    with Image.open(io.BytesIO(kept.read())) as image:
        assert image.size == (1600, 900)
