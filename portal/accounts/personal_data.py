"""What each app keeps about a person. Each app says it in its `privacy.py`, found as `roles.py` is.

`RETENTION_NOTICE` is a sentence for docs and pages, empty when nothing is kept about a person; `RETENTION` says how
long each kind is kept; `export()` gives what is kept about somebody; `erase()` takes the person out of the app's rows,
may be run again, and runs in the caller's transaction; `erasure_blockers()` names what has to be settled first, as
sentences to the person.
"""

from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Protocol, cast

from django.apps import apps
from django.utils.functional import Promise

from portal.accounts.models import User
from portal.common.retention import Retention

OURS = ("portal.", "payments", "insights", "home")


class PersonalData(Protocol):
    """An app's `privacy.py`."""

    RETENTION_NOTICE: str | Promise
    RETENTION: Sequence[Retention]

    def export(self, user: User) -> Any:
        """What the app keeps about the person, as JSON can say it; empty when nothing."""

    def erase(self, user: User) -> None:
        """Take the person out of the app's rows."""

    def erasure_blockers(self, user: User) -> Sequence[str]:
        """What stands in the way of erasure; sentences."""


def parts() -> Iterator[tuple[str, PersonalData]]:
    """(app label, its privacy module), in the order of INSTALLED_APPS."""
    for app in apps.get_app_configs():
        if app.name.startswith(OURS) and find_spec(f"{app.name}.privacy"):
            yield app.label, cast(PersonalData, import_module(f"{app.name}.privacy"))


def retention() -> list[Retention]:
    """Every app's rules, in the order of INSTALLED_APPS."""
    return [rule for _, part in parts() for rule in part.RETENTION]


def export(user: User) -> dict[str, Any]:
    """Everything kept about the person, by app."""
    return {label: rows for label, part in parts() if (rows := part.export(user))}


def erase(user: User) -> None:
    """Take the person out of every app's rows: the topmost app first, the account last."""
    for _, part in reversed(list(parts())):
        part.erase(user)


def erasure_blockers(user: User) -> list[str]:
    """What has to be settled before the person can be erased; sentences to them."""
    return [sentence for _, part in parts() for sentence in part.erasure_blockers(user)]
