"""Roles are groups. Each app says in its `roles.py` which of its permissions a role has; synced after migrate."""

import logging
from collections.abc import Iterable, Mapping
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import AppConfig, apps
from django.contrib.auth.models import Group, Permission

logger = logging.getLogger("portal.accounts")


class Role(StrEnum):
    """Who works with the portal; the value is the group's name."""

    CAREGIVER = "Caregiver"
    EDITOR = "Content editor"
    COORDINATOR = "Care coordinator"
    FINANCE = "Finance"
    MANAGER = "Manager"
    ADMINISTRATOR = "Administrator"


Grants = Mapping[Role, Iterable[str]]  # role -> "app_label.codename"

GRANTS: Grants = {Role.ADMINISTRATOR: ["accounts.view_user", "accounts.add_user", "accounts.change_user"]}

STAFF_ROLES = frozenset(Role) - {Role.CAREGIVER}


def is_staff_account(user: Any) -> bool:
    """Whether somebody works with the portal: has one of staff's roles, or is a superuser."""
    return bool(user.is_superuser or user.groups.filter(name__in=[role.value for role in STAFF_ROLES]).exists())


def declared_grants() -> dict[Role, set[str]]:
    """Every app's `roles.GRANTS` together; staff may enter Wagtail's admin."""
    grants: dict[Role, set[str]] = {role: set() for role in Role}
    for role in STAFF_ROLES:
        grants[role].add("wagtailadmin.access_admin")
    for app in apps.get_app_configs():
        module = f"{app.name}.roles"
        if find_spec(app.name) and find_spec(module):
            for role, permissions in import_module(module).GRANTS.items():
                grants[role].update(permissions)
    return grants


def sync_roles(sender: AppConfig, **kwargs: Any) -> None:
    """Give each role's group what the apps grant it and take away what no app grants any more.

    Runs once, after the last app's permissions exist; Wagtail's page and collection permissions are untouched.
    """
    if sender.name != _last_app_with_models():
        return
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    for role, wanted in declared_grants().items():
        unknown = sorted(wanted - known.keys())
        if unknown:
            logger.info("roles grant permissions that do not exist yet", extra={"role": role, "unknown": unknown})
        group, _ = Group.objects.get_or_create(name=role.value)
        group.permissions.set(known[name] for name in wanted & known.keys())


def _last_app_with_models() -> str:
    return [app.name for app in apps.get_app_configs() if app.models_module is not None][-1]
