"""Registers the dashboard's addresses and menu items, and today's KPIs on the home page."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component

from insights.admin import views
from insights.admin.panel import TodayPanel
from portal.common.admin_page import PermissionMenuItem


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("insights/", views.dashboard, name="insights_dashboard"),
        path("insights/data.json", views.data, name="insights_data"),
        path("insights/anomalies/", views.anomalies, name="insights_anomalies"),
        path("insights/anomalies/results/", views.anomalies_results, name="insights_anomalies_results"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Dashboard"), reverse("insights_dashboard"), permission=views.PERMISSION, icon_name="table", order=140
    )


@hooks.register("register_reports_menu_item")
def anomalies_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Anomalies"), reverse("insights_anomalies"), permission=views.PERMISSION, icon_name="warning", order=100
    )


@hooks.register("construct_homepage_panels")
def today(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm(views.PERMISSION):
        panels.append(TodayPanel())
