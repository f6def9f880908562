"""Wagtail's upload forms, whose files are examined first. WAGTAILIMAGES_IMAGE_FORM_BASE and its twin name them, so
every view of Wagtail that takes a picture or a document is built on one: add, add several, chooser, replace."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from portal.uploads import policies
from portal.uploads.errors import UploadRejected
from portal.uploads.examine import UploadPolicy, examine


class ExaminedFile:
    """Mixin of file fields: no library opens the file before it is examined and cleaned."""

    policy: ClassVar[UploadPolicy]

    def to_python(self, data: Any) -> Any:
        """Raises ValidationError."""
        upload = forms.FileField.to_python(self, data)  # type: ignore[arg-type]
        if upload is None:
            return None
        try:
            examine(upload, self.policy)
        except UploadRejected as refusal:
            raise ValidationError(str(refusal), code="refused") from refusal
        return super().to_python(data)  # type: ignore[misc]


class ImageField(ExaminedFile, WagtailImageField):
    policy = policies.IMAGES


class DocumentField(ExaminedFile, WagtailDocumentField):
    policy = policies.DOCUMENTS


class EvidenceFileField(ExaminedFile, forms.FileField):
    policy = policies.EVIDENCE


class ImageForm(BaseImageForm):
    """A picture of Wagtail's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _examine_file(self, ImageField)


class DocumentForm(BaseDocumentForm):
    """A document of Wagtail's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _examine_file(self, DocumentField)

    def add_error(self, field: str | None, error: Any) -> None:
        """Wagtail's model finds fault with a file that is not there yet, also where a form has no such field.

        That form completes an upload whose file was examined as it came.
        """
        if field is None and "file" not in self.fields and hasattr(error, "error_dict"):
            error.error_dict.pop("file", None)
            if not error.error_dict:
                return
        super().add_error(field, error)


def _examine_file(form: forms.BaseForm, field_class: type[forms.Field]) -> None:
    """Wagtail chooses the field's class itself; the forms that edit several uploads at once have no such field."""
    stock = form.fields.get("file")
    if stock is not None:
        form.fields["file"] = field_class(label=stock.label, required=stock.required, widget=stock.widget)
