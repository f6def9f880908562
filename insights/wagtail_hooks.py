"""Registers the figures' addresses under /admin/insights/ and their menu item."""

from django.urls import URLPattern, path, reverse
from wagtail import hooks

from insights.admin import views
from portal.common.menu import PermittedItem


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("insights/", views.dashboard, name="insights_dashboard"),
        path("insights/data.json", views.data, name="insights_data"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> PermittedItem:
    return PermittedItem(
        "Figures", reverse("insights_dashboard"), permission=views.PERMISSION, icon_name="table", order=140
    )
