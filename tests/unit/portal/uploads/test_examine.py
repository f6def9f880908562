"""What is taken, what is refused, and in which words."""

import pytest
from django.core.files.base import ContentFile

from portal.uploads import Examined, UploadPolicy, UploadRejected, examine
from portal.uploads.policies import DOCUMENTS, IMAGES, LIBRARY, Kind
from tests.unit.portal.uploads import samples

VIDEO, AUDIO, PICTURE, PDF = (LIBRARY[kind] for kind in (Kind.VIDEO, Kind.AUDIO, Kind.IMAGE, Kind.DOCUMENT))
OPEN_XML = "application/vnd.openxmlformats-officedocument"


def look(content: bytes, name: str, policy: UploadPolicy) -> Examined:
    return examine(ContentFile(content, name=name), policy)


@pytest.mark.parametrize(
    ("content", "name", "policy", "content_type", "seconds"),
    [
        (samples.mp4(), "chair.mp4", VIDEO, "video/mp4", 3),
        (samples.mp4(b"M4A "), "talk.m4a", AUDIO, "audio/mp4", 3),
        (samples.mp3(), "TALK.MP3", AUDIO, "audio/mpeg", 2),
        (samples.picture("JPEG"), "garden.jpeg", PICTURE, "image/jpeg", None),
        (samples.picture("PNG"), "garden.png", PICTURE, "image/png", None),
        (samples.picture("WEBP"), "garden.webp", PICTURE, "image/webp", None),
        (samples.pdf(), "guide.pdf", PDF, "application/pdf", None),
        (samples.picture("GIF"), "garden.gif", IMAGES, "image/gif", None),
        (samples.picture("AVIF"), "garden.avif", IMAGES, "image/avif", None),
        (samples.docx(), "guide.docx", DOCUMENTS, f"{OPEN_XML}.wordprocessingml.document", None),
        (samples.xlsx(), "rota.xlsx", DOCUMENTS, f"{OPEN_XML}.spreadsheetml.sheet", None),
        (samples.odt(), "guide.odt", DOCUMENTS, "application/vnd.oasis.opendocument.text", None),
        ("Café, 5pm".encode(), "note.txt", DOCUMENTS, "text/plain", None),
        (b"day,carer\n1,Ann\n", "rota.csv", DOCUMENTS, "text/csv", None),
        (b"WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n", "a.vtt", DOCUMENTS, "text/vtt", None),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_kept(content: bytes, name: str, policy: UploadPolicy, content_type: str, seconds: int | None) -> None:
    found = look(content, name, policy)
    assert (found.content_type, found.seconds) == (content_type, seconds)
    assert found.size > 0


NO_VIDEO = "not an MP4 video. Save the video as MP4, or change its type."
HIDES = "This file has something else hidden inside it. Save it again in the program that made it."
DAMAGED = "This file is damaged or incomplete. Save it again in the program that made it."
RUNS = "This document contains a program or another file. Print it to PDF again."
MACROS = "This document contains macros or another file. Save it as PDF and try again."
LOADS = "This document loads something from another website when it’s opened. Save it as PDF and try again."
PASSWORD = "This document has a password. Save it without one."
PIXELS = "This picture is too big. Make it smaller: 4,000 pixels wide is plenty."
TRACK = "This video may say where it was filmed. Export it again with only picture and sound."
NO_DOCUMENT = (
    "not a type of document we accept. "
    "Save it as PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt), text, CSV or WebVTT and try again."
)
NOT_UTF8 = "This file isn’t UTF-8 text. Save it as UTF-8 and try again."
REFUSED = {
    "empty": (b"", "a.mp4", VIDEO, "This file is empty. Choose another one."),
    "a page": (b"<html><script>alert(1)</script>", "a.mp4", VIDEO, f"This is a text file, {NO_VIDEO}"),
    "a program": (b"MZ" + bytes(500), "a.mp4", VIDEO, f"This file is {NO_VIDEO}"),
    "a drawing with a script": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.svg", IMAGES,
        "This is a text file, not a type of picture we accept. "
        "Save the picture as JPEG, PNG, GIF, WebP or AVIF and try again.",
    ),
    "an archive": (
        samples.archive(), "a.pdf", PDF,
        "This file is not a PDF. Save the document as PDF, or change its type.",
    ),
    "another kind": (samples.picture(), "a.jpg", VIDEO, f"This is a JPEG picture, {NO_VIDEO}"),
    "another ending": (
        samples.mp4(), "a.exe", VIDEO,
        "This file is named .exe but it’s a MP4 video. If you trust where it came from, rename it to end in .mp4.",
    ),
    "no ending": (
        samples.pdf(), "guide", PDF,
        "This file’s name has no ending, but it’s a PDF document. If you trust where it came from, add .pdf.",
    ),
    "an archive behind a film": (samples.mp4() + samples.archive(), "a.mp4", VIDEO, HIDES),
    "an archive behind a picture": (samples.picture() + samples.archive(), "a.jpg", PICTURE, HIDES),
    "a page inside a PDF's head": (samples.pdf() + b"<script>", "a.pdf", PDF, HIDES),
    "something behind a film": (samples.mp4() + b"payload", "a.mp4", VIDEO, DAMAGED),
    "half a film": (samples.mp4()[:-20], "a.mp4", VIDEO, DAMAGED),
    "a film without index": (samples.box(b"ftyp", b"isom" + bytes(4)), "a.mp4", VIDEO, DAMAGED),
    "a film with a track of positions": (samples.mp4(inside=samples.track(b"camm")), "a.mp4", VIDEO, TRACK),
    "half a picture": (samples.picture("PNG")[:60], "a.png", PICTURE, DAMAGED),
    "half a JPEG": (samples.picture("JPEG")[:200], "a.jpg", IMAGES, DAMAGED),
    "half a GIF": (samples.picture("GIF")[:-20], "a.gif", IMAGES, DAMAGED),
    "half a WebP": (samples.picture("WEBP")[:-20], "a.webp", IMAGES, DAMAGED),
    "half an AVIF": (samples.picture("AVIF")[:-20], "a.avif", IMAGES, DAMAGED),
    "a picture of 400 million pixels": (samples.giant_png(), "a.png", IMAGES, PIXELS),
    "a picture of 64 million pixels": (samples.giant_png(8_000), "a.png", IMAGES, PIXELS),
    "half a PDF": (samples.pdf()[:120], "a.pdf", PDF, DAMAGED),
    "a PDF that runs": (samples.pdf(script=True), "a.pdf", DOCUMENTS, RUNS),
    "a PDF that carries": (samples.pdf(attachment=True), "a.pdf", DOCUMENTS, RUNS),
    "a PDF with a password": (samples.pdf(password=True), "a.pdf", DOCUMENTS, PASSWORD),
    "a signed PDF with an author": (
        samples.pdf(signed=True, author=True), "a.pdf", DOCUMENTS,
        "This document is signed, and removing its details would break the signature. Print it to PDF again.",
    ),
    "a program as a PDF": (b"MZ" + bytes(500), "a.pdf", DOCUMENTS, f"This file is {NO_DOCUMENT}"),
    "a page as text": (b"<!doctype html><p>Hello", "a.txt", DOCUMENTS, HIDES),
    "a page behind blank lines": (b"\n" * 9000 + b"<body onload=alert(1)>", "a.txt", DOCUMENTS, HIDES),
    "a program as text": (b"#!/bin/sh\nrm -rf /\n", "a.txt", DOCUMENTS, HIDES),
    "text of another encoding": ("Café".encode("latin-1"), "a.txt", DOCUMENTS, NOT_UTF8),
    "text with an escape": (b"a\x1b[2J", "a.csv", DOCUMENTS, NOT_UTF8),
    "text as captions": (
        b"Hello", "a.vtt", DOCUMENTS,
        "Captions must start with the line WEBVTT. Save the file as WebVTT and try again.",
    ),
    "a PDF as text": (
        samples.pdf(), "a.txt", DOCUMENTS,
        "This file is named .txt but it’s a PDF document. If you trust where it came from, rename it to end in .pdf.",
    ),
    "a picture as a document": (samples.picture(), "a.pdf", DOCUMENTS, f"This is a JPEG picture, {NO_DOCUMENT}"),
    "an archive as Word": (samples.archive(), "a.docx", DOCUMENTS, f"This file is {NO_DOCUMENT}"),
    "Word that says it has macros": (samples.docx(macros=True), "a.docx", DOCUMENTS, MACROS),
    "Word with macros": (samples.docx({"word/vbaProject.bin": b"x"}), "a.docx", DOCUMENTS, MACROS),
    "Word that carries": (samples.docx({"word/embeddings/oleObject1.bin": b"x"}), "a.docx", DOCUMENTS, MACROS),
    "OpenDocument with macros": (samples.odt({"Basic/Standard/Module1.xml": b"x"}), "a.odt", DOCUMENTS, MACROS),
    "Word with a far template": (
        samples.docx({"word/_rels/settings.xml.rels": samples.relationship("attachedTemplate", "http://evil.example")}),
        "a.docx", DOCUMENTS, LOADS,
    ),
    "Word with entities": (
        samples.docx({"word/_rels/a.xml.rels": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}),
        "a.docx", DOCUMENTS, DAMAGED,
    ),
    "Word with a way out": (samples.docx({"../../evil.xml": b"x"}), "a.docx", DOCUMENTS, DAMAGED),
    "half of Word": (samples.docx()[:-30], "a.docx", DOCUMENTS, f"This file is {NO_DOCUMENT}"),
    "Word that unpacks without end": (
        samples.bomb(), "a.docx", DOCUMENTS, "This document is too big once it’s unpacked. Make it smaller.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("content", "name", "policy", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_and_why(content: bytes, name: str, policy: UploadPolicy, sentence: str) -> None:
    with pytest.raises(UploadRejected) as caught:
        look(content, name, policy)
    assert str(caught.value) == sentence


def test_too_large_is_refused_before_anything_is_read() -> None:
    file = ContentFile(b"", name="a.mp4")
    file.size = 501 * 1024 * 1024
    with pytest.raises(UploadRejected, match=r"^This file is 501 MB. The limit is 500 MB, so make it smaller.$"):
        examine(file, VIDEO)


def test_a_link_in_a_document_is_no_danger() -> None:
    link = samples.relationship("hyperlink", "https://www.example.org/")
    found = look(samples.docx({"word/_rels/document.xml.rels": link}), "a.docx", DOCUMENTS)
    assert found.content_type == f"{OPEN_XML}.wordprocessingml.document"
