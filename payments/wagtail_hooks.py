"""Registers finance's listings and their actions."""

from django.urls import URLPattern, path
from wagtail import hooks
from wagtail_modeladmin.options import modeladmin_register

from payments.admin.discrepancies import IgnoreView
from payments.admin.viewsets import FinanceGroup

modeladmin_register(FinanceGroup)


@hooks.register("register_admin_urls")
def discrepancy_urls() -> list[URLPattern]:
    """Closing a discrepancy."""
    return [path("reconciliation/<int:discrepancy_id>/ignore/", IgnoreView.as_view(), name="ignore_discrepancy")]
