"""The places where a person may bring a file in."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.uploads import formats
from portal.uploads.enums import Kind
from portal.uploads.examine import MB, Door

LIBRARY: Final = {
    Kind.VIDEO: Door((formats.MP4,), 500 * MB, _("an MP4 video"), _("Save the video as MP4, or change its kind.")),
    Kind.AUDIO: Door(
        (formats.MP3, formats.M4A),
        100 * MB,
        _("an MP3 or M4A recording"),
        _("Save the recording as MP3 or M4A, or change its kind."),
    ),
    Kind.IMAGE: Door(
        (formats.JPEG, formats.PNG, formats.WEBP),
        15 * MB,
        _("a JPEG, PNG or WebP picture"),
        _("Save the picture as JPEG, PNG or WebP, or change its kind."),
    ),
    Kind.DOCUMENT: Door(
        (formats.PDF,), 20 * MB, _("a PDF document"), _("Save the document as PDF, or change its kind.")
    ),
}
IMAGES: Final = Door(
    (formats.JPEG, formats.PNG, formats.GIF, formats.WEBP, formats.AVIF),
    15 * MB,
    _("a picture we can keep"),
    _("Save the picture as JPEG, PNG, GIF, WebP or AVIF and try again."),
)
EVIDENCE: Final = Door(
    (formats.PDF, formats.JPEG, formats.PNG),
    5 * MB,
    _("a document that Stripe takes"),
    _("Save it as PDF, JPEG or PNG and try again."),
)
AVATARS: Final = Door(
    (formats.JPEG, formats.PNG, formats.GIF, formats.WEBP),
    15 * MB,
    _("a picture we can keep"),
    _("Save the picture as JPEG, PNG, GIF or WebP and try again."),
)
DOCUMENTS: Final = Door(
    (formats.PDF, formats.DOCX, formats.XLSX, formats.ODT, formats.TXT, formats.CSV, formats.VTT),
    20 * MB,
    _("a document we can keep"),
    _("Save it as PDF, Word (.docx), Excel (.xlsx), OpenDocument (.odt), text, CSV or WebVTT and try again."),
)
