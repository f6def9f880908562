"""Registers the figures' addresses under /admin/insights/."""

from django.urls import URLPattern, path
from wagtail import hooks

from insights.admin import views


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [path("insights/data.json", views.data, name="insights_data")]
