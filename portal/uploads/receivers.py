"""The net under the forms: a file that code gives to Wagtail's models without a form is examined when it is saved."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db.models import Model
from django.db.models.signals import pre_save
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile

from portal.uploads import doors
from portal.uploads.examine import Door, examine, is_examined
from portal.uploads.refused import Refused


def _examine_on_save(model: type[Model], field: str, door: Door) -> None:
    def examine_new_file(instance: Model, **kwargs: Any) -> None:
        held = getattr(instance, field)
        if not held or held._committed or is_examined(held.file):
            return
        held.file.seek(0)
        copy = ContentFile(held.file.read(), name=held.name)
        try:
            examine(copy, door)
        except Refused as refusal:
            raise ValidationError({field: str(refusal)}) from refusal
        setattr(instance, field, copy)

    pre_save.connect(examine_new_file, sender=model, weak=False, dispatch_uid=f"uploads.{model._meta.label}")


_examine_on_save(get_image_model(), "file", doors.IMAGES)
_examine_on_save(get_document_model(), "file", doors.DOCUMENTS)
_examine_on_save(UserProfile, "avatar", doors.AVATARS)
