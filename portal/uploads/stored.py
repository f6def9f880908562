"""Files that were kept before they were examined, or under older rules: the same examination where they lie.

Each model whose files people bring in registers itself here, so that nothing below needs to know it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import Any, Final

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db.models import Model
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from portal.uploads.errors import UploadRejected
from portal.uploads.examine import Examined, UploadPolicy, examine

_CHUNK: Final = 100


@dataclass(frozen=True, slots=True)
class Stored:
    """A model's files. `columns` says what its row keeps about a file; `forget` drops what was made from the former."""

    model: type[Model]
    field: str
    policy: Callable[[Any], UploadPolicy]
    columns: Callable[[File, Examined], dict[str, Any]]
    forget: Callable[[Any], None]

    @property
    def label(self) -> str:
        """As in Django: `app_label.Model`."""
        return self.model._meta.label


_stored: Final[dict[str, Stored]] = {}


def register(stored: Stored) -> None:
    """Have `clean_uploads` look at these files, too."""
    _stored[stored.label] = stored


def registered() -> list[Stored]:
    """In an order that stays, for whoever resumes."""
    return [_stored[label] for label in sorted(_stored)]


def chunks(stored: Stored, after: int) -> Iterator[list[Any]]:
    """Rows with a file whose primary key is above `after`, in its order."""
    rows = stored.model._default_manager.exclude(**{stored.field: ""}).exclude(**{f"{stored.field}__isnull": True})
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:_CHUNK]):
        yield chunk
        after = chunk[-1].pk


def clean(stored: Stored, row: Any, *, dry_run: bool) -> bool:
    """Whether the file had, or the row says, what it should not. Raises UploadRejected, and then nothing has changed.

    The row is written last: a run that is stopped between the file and the row finds them different, and ends it.
    """
    held: FieldFile = getattr(row, stored.field)
    with TemporaryFile() as content:
        _fetch(held, content)
        copy = File(content, name=held.name)
        copy.size = content.tell()
        examined = examine(copy, stored.policy(row))
        content.flush()
        columns = stored.columns(copy, examined)
        recorded = {name: getattr(row, name) for name in columns if getattr(row, name) not in (None, "")}
        differs = examined.changed or any(columns[name] != value for name, value in recorded.items())
        if dry_run or not differs:
            return differs
        if examined.changed:
            if not recorded:  # then nothing would tell the next run that this one was stopped
                stored.forget(row)
            content.seek(0)
            _overwrite(held.storage, held.name or "", content)
    stored.forget(row)
    if columns:
        stored.model._default_manager.filter(pk=row.pk, **{stored.field: held.name}).update(**columns)
    return True


def _fetch(held: FieldFile, into: Any) -> None:
    try:
        with held.storage.open(held.name or "") as source:
            shutil.copyfileobj(source, into)
    except FileNotFoundError as error:
        raise UploadRejected(_("This file is missing from storage.")) from error
    into.flush()


def _overwrite(storage: Storage, name: str, content: Any) -> None:
    """At the same address, in one step: whoever is stopped halfway leaves the former file whole."""
    try:
        path = Path(storage.path(name))
    except NotImplementedError:
        with storage.open(name, "wb") as target:  # an object store shows the new one when it is complete
            shutil.copyfileobj(content, target)
        return
    with NamedTemporaryFile(dir=path.parent, delete=False) as beside:
        try:
            shutil.copyfileobj(content, beside)
            beside.flush()
            os.fsync(beside.fileno())
            shutil.copymode(path, beside.name)
            os.replace(beside.name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(beside.name)
            raise
