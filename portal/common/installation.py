"""Makes an empty installation usable: each app says in its `bootstrap.py` which steps that takes, as `STEPS`.

A step runs once for a database and is then remembered: what somebody changes or removes afterwards is theirs, and a
later release adds what it needs as a step with a new name. A step that follows the settings runs every time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import transaction

from portal.common.models import SetupStep


@dataclass(frozen=True, slots=True)
class Step:
    """`name` is unique in the portal and never used again for something else; `run` may find its work done already."""

    name: str
    run: Callable[[], None]
    follows_settings: bool = False


def steps() -> Iterator[Step]:
    """Every app's steps, in the order of INSTALLED_APPS."""
    for app in apps.get_app_configs():
        if find_spec(f"{app.name}.bootstrap"):
            yield from import_module(f"{app.name}.bootstrap").STEPS


def run_steps() -> list[str]:
    """Do what has not been done; returns the names of the steps that ran."""
    return [step.name for step in steps() if _run(step)]


@transaction.atomic
def _run(step: Step) -> bool:
    """One step, wholly or not at all; of two commands at once one does it, the other waits for it."""
    if not step.follows_settings and not SetupStep.objects.get_or_create(name=step.name)[1]:
        return False
    step.run()
    return True
