"""What the trail's rows are about, and what they changed, in words: the rows themselves hold numbers and codes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.apps import apps
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.audit.domain.people import names_of, who
from portal.audit.models import AuditEvent, AuditValue

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

Namer = Callable[[Iterable[str]], Mapping[str, str]]
_namers: Final[dict[str, Namer]] = {}


@dataclass(frozen=True, slots=True)
class Told:
    """One row in words; `values` are what was changed, for whoever may see the record."""

    what: str
    about: str
    who: str
    change: str
    values: list[AuditValue]


def name_records(kind: str, namer: Namer) -> None:
    """Let records of a type ("payments.payment") be named by `namer(keys)`: called by the apps above when ready."""
    _namers[kind] = namer


def in_words(events: list[AuditEvent], by: "User | AnonymousUser") -> list[Told]:
    """`events` in words, as far as `by` may see what they are about: a query for each type of record, and two."""
    models.prefetch_related_objects(events, "values")
    people, records = names_of(events), _records(events, by)
    told = []
    for event in events:
        values = list(event.values.all()) if _may_see(event.object_type, by) else []
        name = records.get((event.object_type, event.object_id), event.object_id)
        about = f"{_kind(event.object_type)} {name}"
        what = capfirst(event.action.replace(".", " ").replace("_", " "))
        told.append(Told(what, about, who(event, people), _change(event, values), values))
    return told


def _records(events: Iterable[AuditEvent], by: "User | AnonymousUser") -> dict[tuple[str, str], str]:
    keys = defaultdict[str, set[str]](set)
    for event in events:
        if _may_see(event.object_type, by):
            keys[event.object_type].add(event.object_id)
    return {
        (kind, key): name
        for kind, wanted in keys.items()
        for key, name in _namers.get(kind, _plain(kind))(wanted).items()
    }


def _plain(kind: str) -> Namer:
    def names(keys: Iterable[str]) -> dict[str, str]:
        model = apps.get_model(kind)
        forward = [f.name for f in model._meta.get_fields() if isinstance(f, models.ForeignKey) and not f.null]
        rows = model._default_manager.select_related(*forward).filter(pk__in=list(keys))
        return {str(row.pk): str(row) for row in rows}

    return names


def _may_see(kind: str, by: "User | AnonymousUser") -> bool:
    """Whether `by` may see records of this type; of a type that is no more, nothing is there to see."""
    app, _dot, model = kind.partition(".")
    return kind.count(".") == 1 and model in apps.all_models.get(app, {}) and by.has_perm(f"{app}.view_{model}")


def _kind(kind: str) -> str:
    app, _dot, model = kind.partition(".")
    known = apps.all_models.get(app, {}).get(model)
    return capfirst(str(known._meta.verbose_name)) if known else kind


def _change(event: AuditEvent, values: list[AuditValue]) -> str:
    """Before and after: of the fields that were changed, of the state, or what else the row says."""
    if values:
        parts = [f"{v.label}: {v.old or _('empty')} → {v.new or _('empty')}" for v in values if v.old or v.new]
        return "; ".join(parts or [_("%(fields)s (no longer kept)") % {"fields": ", ".join(v.label for v in values)}])
    data = {key: _word(value) for key, value in event.data.items() if value not in ("", None)}
    if "to" in data:
        before, after = data.pop("from", ""), data.pop("to")
        return "; ".join([f"{before or _('new')} → {after}", *data.values()])
    return "; ".join(f"{_word(key)}: {value}" for key, value in data.items())


def _word(value: object) -> str:
    return capfirst(str(value).replace("_", " "))
