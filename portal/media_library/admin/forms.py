"""The editor's form of an item."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.images.models import Image

from portal.media_library.captions import validate_captions
from portal.media_library.enums import Kind
from portal.media_library.smaller import made_smaller
from portal.uploads import UploadRejected, examine
from portal.uploads.forms import ImageField
from portal.uploads.policies import LIBRARY

_MOST_CAPTION_BYTES = 400_000


class StillInput(forms.FileInput):
    """A file that the page's script fills in: a picture from the film, at the moment that the editor chose."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": "image/jpeg", "data-still": "", "data-choose": _("Use this picture")})

    @property
    def media(self) -> forms.Media:
        return forms.Media(js=["media_library/still.js"])


class MediaItemForm(WagtailAdminModelForm):
    """Looks into an uploaded file before anything is kept, and takes captions as a file too."""

    captions_file = forms.FileField(
        required=False,
        label=_("Captions file"),
        help_text=_("Videos only: a WebVTT file (.vtt). It replaces the captions below."),
        widget=forms.FileInput(attrs={"accept": ".vtt"}),
    )

    still = ImageField(
        required=False,
        label=_("Poster from the film"),
        help_text=_("Play the film to a good moment and choose “Use this picture”. It replaces the poster above."),
        widget=StillInput,
    )

    def clean_captions_file(self) -> str:
        """The file's text."""
        upload: UploadedFile | None = self.cleaned_data["captions_file"]
        if upload is None:
            return ""
        if upload.size is None or upload.size > _MOST_CAPTION_BYTES:
            raise ValidationError(_("This file is too big for captions. Choose a .vtt file."))
        try:
            text = str(upload.read(), "utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            raise ValidationError(_("This captions file isn’t text. Save it as WebVTT in UTF-8.")) from error
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
            self.add_error("kind", _("To change the type, choose a file of that type too."))
        return cleaned

    def save(self, commit: bool = True) -> Any:
        """A picture from the film is kept among the pictures, where it can be described and used again."""
        still: UploadedFile | None = self.cleaned_data.get("still")
        if still is not None:
            still.name = f"{self.instance.slug}.jpg"
            self.instance.poster = Image.objects.create(
                title=self.instance.title, file=still, uploaded_by_user=self.for_user
            )
        return super().save(commit)

    def _look_into(self, upload: UploadedFile, kind: Kind) -> None:
        try:
            examined = examine(upload, LIBRARY[kind])
            if kind == Kind.IMAGE:
                made_smaller(upload)
        except UploadRejected as refusal:
            self.add_error("file", str(refusal))
            return
        self.instance.content_type = examined.content_type
        self.instance.size = upload.size
        self.instance.duration_seconds = examined.seconds
