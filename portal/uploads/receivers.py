"""The net under the forms: a file that code gives to Wagtail's models without a form is examined when it is saved.
What they stored before is registered for `clean_uploads`."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db.models import Model
from django.db.models.signals import pre_save
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.users.models import UserProfile
from wagtail.utils.file import hash_filelike

from portal.uploads import policies
from portal.uploads.errors import UploadRejected
from portal.uploads.examine import Examined, UploadPolicy, examine, is_examined
from portal.uploads.stored import Stored, register


def _examine_on_save(model: type[Model], field: str, policy: UploadPolicy) -> None:
    def examine_new_file(instance: Model, **kwargs: Any) -> None:
        held = getattr(instance, field)
        if not held or held._committed or is_examined(held.file):
            return
        held.file.seek(0)
        copy = ContentFile(held.file.read(), name=held.name)
        try:
            examine(copy, policy)
        except UploadRejected as refusal:
            raise ValidationError({field: str(refusal)}) from refusal
        setattr(instance, field, copy)

    pre_save.connect(examine_new_file, sender=model, weak=False, dispatch_uid=f"uploads.{model._meta.label}")


def _size_and_hash(file: File, examined: Examined) -> dict[str, Any]:
    file.seek(0)
    return {"file_size": examined.size, "file_hash": hash_filelike(file)}


def _forget_renditions(image: Any) -> None:
    """They are made anew when a page asks for them."""
    image.renditions.all().delete()


_examine_on_save(get_image_model(), "file", policies.IMAGES)
_examine_on_save(get_document_model(), "file", policies.DOCUMENTS)
_examine_on_save(UserProfile, "avatar", policies.AVATARS)

register(Stored(get_image_model(), "file", lambda row: policies.IMAGES, _size_and_hash, _forget_renditions))
register(Stored(get_document_model(), "file", lambda row: policies.DOCUMENTS, _size_and_hash, lambda row: None))
register(Stored(UserProfile, "avatar", lambda row: policies.AVATARS, lambda file, examined: {}, lambda row: None))
