"""The editor's form of an item."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from wagtail.admin.forms import WagtailAdminModelForm

from portal.media_library.captions import validate_captions
from portal.media_library.enums import Kind
from portal.media_library.smaller import made_smaller
from portal.uploads import Refused, examine
from portal.uploads.doors import LIBRARY

_MOST_CAPTION_BYTES = 400_000


class MediaItemForm(WagtailAdminModelForm):
    """Looks into an uploaded file before anything is kept, and takes captions as a file too."""

    captions_file = forms.FileField(
        required=False,
        label="Captions file",
        help_text="Films only: a WebVTT file (.vtt). It replaces the captions below.",
        widget=forms.FileInput(attrs={"accept": ".vtt"}),
    )

    def clean_captions_file(self) -> str:
        """The file's text."""
        upload: UploadedFile | None = self.cleaned_data["captions_file"]
        if upload is None:
            return ""
        if upload.size is None or upload.size > _MOST_CAPTION_BYTES:
            raise ValidationError("The captions file is too large to be one. Choose a .vtt file.")
        try:
            text = str(upload.read(), "utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise ValidationError("The captions file is not text. Save it as WebVTT, in UTF-8.") from error
        validate_captions(text)
        return text

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if cleaned.get("captions_file"):
            cleaned["captions"] = cleaned["captions_file"]
        upload, kind = cleaned.get("file"), cleaned.get("kind")
        if isinstance(upload, UploadedFile) and kind:
            self._look_into(upload, Kind(kind))
        elif self.instance.pk and "kind" in self.changed_data:
            self.add_error("kind", "The kind follows the file: choose a file of this kind as well.")
        return cleaned

    def _look_into(self, upload: UploadedFile, kind: Kind) -> None:
        try:
            examined = examine(upload, LIBRARY[kind])
            if kind == Kind.IMAGE:
                made_smaller(upload)
        except Refused as refusal:
            self.add_error("file", str(refusal))
            return
        self.instance.content_type = examined.content_type
        self.instance.size = upload.size
        self.instance.duration_seconds = examined.seconds
