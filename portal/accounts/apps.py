from typing import Never

from django.apps import AppConfig
from django.core.exceptions import PermissionDenied
from django.db.models.signals import post_migrate
from django.http import HttpRequest


def refuse(request: HttpRequest) -> Never:
    """What Wagtail's admin does when a permission is missing: 403, where its own way is a redirect with a message."""
    raise PermissionDenied


class AccountsConfig(AppConfig):
    name = "portal.accounts"
    label = "accounts"

    def ready(self) -> None:
        from wagtail.admin import auth

        from portal.accounts.roles import sync_roles
        from portal.accounts.secrets import SecondFactors
        from portal.common.stored_secrets import PLACES

        auth.permission_denied = refuse
        post_migrate.connect(sync_roles, dispatch_uid="accounts.sync_roles")
        PLACES.append(SecondFactors())
