"""Entries of the admin's menu."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from wagtail.admin.menu import MenuItem


class PermissionMenuItem(MenuItem):
    """Shown to whoever may open it. `permission` is "app.codename"."""

    def __init__(self, label: str | Promise, url: str, *, permission: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)
