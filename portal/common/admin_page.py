"""A page of ours in Wagtail's admin: its title, its icon, and the way back."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import Promise
from wagtail.admin.menu import MenuItem

Crumbs = list[dict[str, str]]


def breadcrumbs(title: str, parents: Sequence[tuple[str, str]] = ()) -> Crumbs:
    """Home, the parents as (address, label), this page: what Wagtail's slim header shows."""
    above = [{"url": url, "label": label} for url, label in parents]
    return [{"url": reverse("wagtailadmin_home"), "label": "Home"}, *above, {"url": "", "label": title}]


def admin_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    title: str,
    icon: str,
    parents: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> TemplateResponse:
    """`template` extends `portal/admin/base.html`."""
    header = {"page_title": title, "header_icon": icon, "breadcrumbs_items": breadcrumbs(title, parents)}
    return TemplateResponse(request, template, header | context, status=status)


class PermissionMenuItem(MenuItem):
    """Shown to whoever may open it. `permission` is "app.codename"."""

    def __init__(self, label: str | Promise, url: str, *, permission: str, **kwargs: Any) -> None:
        super().__init__(label, url, **kwargs)
        self.permission = permission

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(self.permission)
