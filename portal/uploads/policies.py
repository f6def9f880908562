"""The places where a person may bring a file in."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.uploads import formats
from portal.uploads.examine import MB, UploadPolicy


class Kind(models.TextChoices):
    """What a file is for the person who looks at it."""

    VIDEO = "video", _("Video")
    AUDIO = "audio", _("Audio")
    IMAGE = "image", _("Picture")
    DOCUMENT = "document", _("Document")


LIBRARY: Final = {
    Kind.VIDEO: UploadPolicy(
        (formats.MP4,), 500 * MB, _("an MP4 video"), _("Save the video as MP4, or change its type.")
    ),
    Kind.AUDIO: UploadPolicy(
        (formats.MP3, formats.M4A),
        100 * MB,
        _("an MP3 or M4A file"),
        _("Save the audio as MP3 or M4A, or change its type."),
    ),
    Kind.IMAGE: UploadPolicy(
        (formats.JPEG, formats.PNG, formats.WEBP),
        15 * MB,
        _("a JPEG, PNG or WebP picture"),
        _("Save the picture as JPEG, PNG or WebP, or change its type."),
    ),
    Kind.DOCUMENT: UploadPolicy(
        (formats.PDF,), 20 * MB, _("a PDF"), _("Save the document as PDF, or change its type.")
    ),
}
IMAGES: Final = UploadPolicy(
    (formats.JPEG, formats.PNG, formats.GIF, formats.WEBP, formats.AVIF),
    15 * MB,
    _("a type of picture we accept"),
    _("Save the picture as JPEG, PNG, GIF, WebP or AVIF and try again."),
)
EVIDENCE: Final = UploadPolicy(
    (formats.PDF, formats.JPEG, formats.PNG),
    5 * MB,
    _("a type of document that Stripe accepts"),
    _("Save it as PDF, JPEG or PNG and try again."),
)
AVATARS: Final = UploadPolicy(
    (formats.JPEG, formats.PNG, formats.GIF, formats.WEBP),
    15 * MB,
    _("a type of picture we accept"),
    _("Save the picture as JPEG, PNG, GIF or WebP and try again."),
)
DOCUMENTS: Final = UploadPolicy(
    (formats.PDF, formats.DOCX, formats.XLSX, formats.ODT, formats.TXT, formats.CSV, formats.VTT),
    20 * MB,
    _("a type of document we accept"),
    _("Save it as PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt), text, CSV or WebVTT and try again."),
)
