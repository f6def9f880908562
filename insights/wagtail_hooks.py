"""Registers the figures' addresses under /admin/insights/ and their menu item."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from insights.admin import views


class FiguresMenuItem(MenuItem):
    """Shown to whoever may open it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(views.PERMISSION)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("insights/", views.dashboard, name="insights_dashboard"),
        path("insights/data.json", views.data, name="insights_data"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return FiguresMenuItem("Figures", reverse("insights_dashboard"), icon_name="table", order=140)
