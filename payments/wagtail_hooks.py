"""Registers finance's listings and pages, and the panels of the admin's home page."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.components import Component
from wagtail_modeladmin.options import modeladmin_register

from payments.admin import home, reconciliation, refund_views, webhook_health
from payments.admin.discrepancies import IgnoreView
from payments.admin.evidence_views import AnswerView, SubmitView
from payments.admin.viewsets import FinanceGroup
from portal.common.admin_page import PermissionMenuItem

modeladmin_register(FinanceGroup)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("reconciliation/", reconciliation.report, name="reconciliation"),
        path("reconciliation/run/", reconciliation.run_now, name="reconciliation_run"),
        path("reconciliation/<int:discrepancy_id>/heal/", reconciliation.heal_now, name="heal_discrepancy"),
        path("reconciliation/<int:discrepancy_id>/ignore/", IgnoreView.as_view(), name="ignore_discrepancy"),
        path("payments/payment/<int:payment_id>/refund/", refund_views.RefundView.as_view(), name="refund_payment"),
        path("payments/refund/<int:refund_id>/again/", refund_views.retry, name="retry_refund"),
        path("payments/refund/<int:refund_id>/by-hand/", refund_views.by_hand, name="refund_by_hand"),
        path("payments/dispute/<int:dispute_id>/answer/", AnswerView.as_view(), name="answer_dispute"),
        path(
            "payments/dispute/<int:dispute_id>/answer/submit/",
            SubmitView.as_view(),
            name="submit_dispute_answer",
        ),
        path("webhooks/", webhook_health.health, name="webhook_health"),
        path("webhooks/settle/", webhook_health.settle_event, name="webhook_settle"),
        path("webhooks/replay/", webhook_health.replay_events, name="webhook_replay"),
    ]


@hooks.register("register_admin_menu_item")
def reconciliation_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Reconciliation"), reverse("reconciliation"), permission=reconciliation.SEE, icon_name="warning", order=210
    )


@hooks.register("register_admin_menu_item")
def webhooks_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Webhooks"), reverse("webhook_health"), permission=webhook_health.SEE, icon_name="history", order=220
    )


@hooks.register("construct_homepage_panels")
def home_panels(request: HttpRequest, panels: list[Component]) -> None:
    panels.extend(home.panels(request))
