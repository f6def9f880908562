"""The form of an answer to a dispute: for each field of Stripe a text or a file, and the tick that releases it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments.domain.evidence.composition import Document, attachment, composed
from payments.domain.evidence.fields import FIELDS, EvidenceField
from payments.errors import EvidenceError
from payments.models import DisputeEvidence, EvidenceFile
from portal.uploads.forms import EvidenceFileField


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One field of Stripe's as the page shows it."""

    field: EvidenceField
    text: forms.BoundField
    release: forms.BoundField
    file: forms.BoundField | None
    remove: forms.BoundField | None
    stored: EvidenceFile | None


class EvidenceForm(forms.Form):
    """Nothing is released until somebody ticks it. `initial` has the draft's texts, or those that were kept."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args: Any, evidence: DisputeEvidence | None, texts: dict[str, str], **kwargs: Any) -> None:
        released = evidence.released if evidence else []
        initial: dict[str, Any] = {"version": evidence.version if evidence else 0}
        initial |= {f"text_{name}": text for name, text in texts.items()}
        initial |= {f"release_{name}": True for name in released}
        super().__init__(*args, **kwargs)
        self.initial = {**self.initial, **initial}
        files = evidence.files.filter(printed=False) if evidence else EvidenceFile.objects.none()
        self.stored = {file.field: file for file in files}
        for field in FIELDS:
            self._add(field)

    def _add(self, field: EvidenceField) -> None:
        rows = 2 if len(self.initial.get(f"text_{field.name}", "")) < 200 else 6
        self.fields[f"text_{field.name}"] = forms.CharField(
            label=_("Text"), required=False, max_length=field.most, widget=forms.Textarea(attrs={"rows": rows})
        )
        self.fields[f"release_{field.name}"] = forms.BooleanField(label=_("Send to the bank"), required=False)
        if field.document:
            self.fields[f"file_{field.name}"] = EvidenceFileField(
                label=_("File instead of text (PDF, JPEG or PNG)"), required=False, widget=forms.FileInput
            )
        if field.name in self.stored:
            self.fields[f"remove_{field.name}"] = forms.BooleanField(label=_("Remove file"), required=False)

    def rows(self) -> Iterator[EvidenceRow]:
        """For the page, in the order of FIELDS."""
        for field in FIELDS:
            file, remove = f"file_{field.name}", f"remove_{field.name}"
            yield EvidenceRow(
                field,
                self[f"text_{field.name}"],
                self[f"release_{field.name}"],
                self[file] if file in self.fields else None,
                self[remove] if remove in self.fields else None,
                self.stored.get(field.name),
            )

    def clean(self) -> dict[str, Any]:
        """Held to Stripe's limits together. Raises ValidationError."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        stored = {
            name: Document(bytes(file.content), file.ending, file.pages, file.name)
            for name, file in self.stored.items()
            if name not in self.removed
        }
        try:
            composed(self.texts, self.released, stored | self.attached)
        except EvidenceError as error:
            raise ValidationError(list(error.sentences)) from error
        return cleaned

    @property
    def texts(self) -> dict[str, str]:
        """By Stripe's field names; only for a valid form."""
        return {field.name: self.cleaned_data[f"text_{field.name}"] for field in FIELDS}

    @property
    def released(self) -> list[str]:
        return [field.name for field in FIELDS if self.cleaned_data[f"release_{field.name}"]]

    @property
    def removed(self) -> list[str]:
        return [field.name for field in FIELDS if self.cleaned_data.get(f"remove_{field.name}")]

    @property
    def attached(self) -> dict[str, Document]:
        """What was chosen now, examined."""
        chosen = {field.name: self.cleaned_data.get(f"file_{field.name}") for field in FIELDS}
        return {name: attachment(file) for name, file in chosen.items() if file}
