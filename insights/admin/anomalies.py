"""What is unusual and what was, with the reason in a sentence."""

from typing import Any, ClassVar, Final

from django.contrib.auth.decorators import permission_required
from django.urls import reverse
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import HeaderButton

from insights.anomalies.models import Anomaly, AnomalySettings

PERMISSION: Final = "insights.view_insights"


class AnomalyReport(ReportView):  # type: ignore[misc]
    """Open findings have no end. Also as a spreadsheet."""

    model = Anomaly
    page_title = "Unusual figures"
    header_icon = "warning"
    index_url_name = "insights_anomalies"
    index_results_url_name = "insights_anomalies_results"
    default_ordering = "-pk"
    no_results_message = "Nothing unusual has been found: everything is quiet."
    columns: ClassVar[list[Column]] = [
        Column("name", label="Figure"),
        Column("reason", label="What was found"),
        Column("get_severity_display", label="Severity"),
        DateColumn("found_at", label="Found"),
        DateColumn("closed_at", label="Usual again"),
    ]
    list_export: ClassVar[list[str]] = [
        "kpi", "name", "first_day", "day", "value", "low", "high", "severity", "reason", "found_at", "closed_at",
    ]  # fmt: skip
    export_filename = "unusual-figures"

    @property
    def header_buttons(self) -> list[Any]:
        """To the settings, for whoever may change them."""
        policy = AnomalySettings.get_permission_policy()
        if not policy.user_has_permission(self.request.user, "change"):
            return []
        url = reverse("wagtailsettings:edit", args=["insights", "anomalysettings"])
        return [HeaderButton("Settings", url=url, icon_name="cog")]


_permitted = permission_required(PERMISSION, raise_exception=True)
report = _permitted(AnomalyReport.as_view())
results = _permitted(AnomalyReport.as_view(results_only=True))
