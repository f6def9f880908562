"""The dashboard as a page, as spreadsheets and as JSON, and the report of anomalies."""

from typing import Any, ClassVar, Final

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import HeaderButton

from insights.admin.chart_builders import Answer
from insights.admin.dashboard_query import COMPARISONS, DashboardQuery
from insights.admin.page import Page, page_of
from insights.admin.panel import alerts
from insights.anomalies.models import Anomaly, AnomalySettings
from insights.exports import Table, all_kpis, as_csv, as_xlsx
from insights.kpis.filters import BadFilter, Filter
from insights.kpis.results import answer
from portal.bookings.models import Service
from portal.common.admin_page import admin_page

PERMISSION: Final = "insights.view_insights"
TEMPLATE: Final = "insights/admin/dashboard.html"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def dashboard(request: HttpRequest) -> HttpResponse:
    """The KPIs for the days and the service in the address.

    `export=csv` or `xlsx` gives a spreadsheet: of everything, or of the one chart that `table` names.
    """
    try:
        query = DashboardQuery.read(request.GET.dict())
        results = Answer(query.filters, answer(query.filters), query.compare, request.user)  # type: ignore[arg-type]
        page = page_of(results)
        if export := request.GET.get("export"):
            return _spreadsheet(export, request.GET.get("table", ""), page, results)
    except BadFilter as error:
        return _page(request, _refused(request.GET.dict(), str(error)), 400)
    return _page(request, _context(query, page, request))


def _refused(form: dict[str, str], error: str) -> dict[str, Any]:
    """The form stays as it was filled in."""
    return {
        "error": error,
        "form": form,
        "service": form.get("service", ""),
        "comparison": form.get("compare", ""),
    }


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    services = Service.objects.order_by("name").values_list("slug", "name")
    choices = {"services": services, "comparisons": COMPARISONS.items()}
    return admin_page(request, TEMPLATE, choices | context, title=_("Dashboard"), icon="table", status=status)


def _context(query: DashboardQuery, page: Page, request: HttpRequest) -> dict[str, Any]:
    filters = query.filters
    return {
        "query": query,
        "filter": filters,
        "form": {"from": filters.first.isoformat(), "to": filters.last.isoformat()},
        "service": filters.service,
        "comparison": "previous" if query.with_previous else "none",
        "page": page,
        "alerts": alerts(request.user),
        "csv_url": query.address(export="csv"),
        "xlsx_url": query.address(export="xlsx"),
        "json_url": reverse("insights_data") + query.address(),
    }


def _spreadsheet(export: str, name: str, page: Page, results: Answer) -> HttpResponse:
    """Raises BadFilter for an unknown format or table."""
    sheets = {chart.key: chart.table for chart in page.charts}
    if export not in ("csv", "xlsx"):
        raise BadFilter(_("“export” must be “csv” or “xlsx”."))
    if name and name not in sheets:
        raise BadFilter(_("There’s no table with that name. Leave “table” out to export everything."))
    everything = all_kpis(results.results)
    tables = [sheets[name]] if name else [everything, *sheets.values()]
    filters = results.filters
    parts = (name or "dashboard", filters.service, f"{filters.first}", f"{filters.last}")
    return _file(tables, export, f"{'-'.join(filter(None, parts))}.{export}")


def _file(tables: list[Table], export: str, name: str) -> HttpResponse:
    if export == "xlsx":
        response = HttpResponse(as_xlsx(tables), content_type=XLSX)
    else:
        response = HttpResponse(as_csv(tables[0]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def data(request: HttpRequest) -> JsonResponse:
    """The same KPIs for programs; docs/analytics/json-endpoint.md describes the format."""
    try:
        filters = Filter.read(request.GET.dict())
    except BadFilter as error:
        return JsonResponse({"error": str(error)}, status=400)
    results = answer(filters)
    return JsonResponse(
        {
            "from": filters.first,
            "to": filters.last,
            "service": filters.service,
            "kpis": {
                key: {"value": result.value, "unit": result.kpi.unit, "previous": result.previous}
                for key, result in results.items()
            },
            "series": {key: result.series for key, result in results.items() if result.series},
        }
    )


class AnomalyReport(ReportView):  # type: ignore[misc]
    """Open anomalies have no end. Also as a spreadsheet."""

    model = Anomaly
    page_title = gettext_lazy("Anomalies")
    header_icon = "warning"
    index_url_name = "insights_anomalies"
    index_results_url_name = "insights_anomalies_results"
    default_ordering = "-pk"
    no_results_message = gettext_lazy("No anomalies have been found.")
    columns: ClassVar[list[Column]] = [
        Column("name", label=gettext_lazy("KPI")),
        Column("reason", label=gettext_lazy("Details")),
        Column("get_severity_display", label=gettext_lazy("Severity")),
        DateColumn("found_at", label=gettext_lazy("Found")),
        DateColumn("closed_at", label=gettext_lazy("Resolved")),
    ]
    list_export: ClassVar[list[str]] = [
        "kpi",
        "name",
        "first_day",
        "day",
        "value",
        "low",
        "high",
        "severity",
        "reason",
        "found_at",
        "closed_at",
    ]
    export_filename = "anomalies"

    @property
    def header_buttons(self) -> list[Any]:
        """To the settings, for those who may change them."""
        policy = AnomalySettings.get_permission_policy()
        if not policy.user_has_permission(self.request.user, "change"):
            return []
        url = reverse("wagtailsettings:edit", args=["insights", "anomalysettings"])
        return [HeaderButton(_("Settings"), url=url, icon_name="cog")]


_permitted = permission_required(PERMISSION, raise_exception=True)
anomalies = _permitted(AnomalyReport.as_view())
anomalies_results = _permitted(AnomalyReport.as_view(results_only=True))
