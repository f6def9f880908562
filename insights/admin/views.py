"""The figures as a page, as spreadsheets and as JSON, for whoever may see them."""

from typing import Any, Final

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from insights.admin.alerts import alerts
from insights.admin.charts import table_of
from insights.admin.draw import Answered
from insights.admin.page import Page, answered, page_of
from insights.admin.question import COMPARISONS, Question
from insights.exports import Table, as_csv, as_xlsx, figures
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
    """The figures for the days and the service in the address.

    `export=csv` or `xlsx` gives them as a spreadsheet: all, or the one chart that `table` names.
    """
    try:
        question = Question.read(request.GET.dict())
        found = answered(question.asked, request.user, compare=question.compare)
        page = page_of(found)
        if export := request.GET.get("export"):
            return _spreadsheet(export, request.GET.get("table", ""), page, found)
    except BadFilter as error:
        return _page(request, _refused(request.GET.dict(), str(error)), 400)
    return _page(request, _context(question, page, request))


def _refused(asked: dict[str, str], error: str) -> dict[str, Any]:
    """The form stays as it was filled in."""
    return {
        "error": error, "form": asked, "service": asked.get("service", ""), "comparison": asked.get("compare", ""),
    }  # fmt: skip


def _page(request: HttpRequest, context: dict[str, Any], status: int = 200) -> TemplateResponse:
    services = Service.objects.order_by("name").values_list("slug", "name")
    choices = {"services": services, "comparisons": COMPARISONS.items()}
    return admin_page(request, TEMPLATE, choices | context, title="Figures", icon="table", status=status)


def _context(question: Question, page: Page, request: HttpRequest) -> dict[str, Any]:
    asked = question.asked
    return {
        "question": question,
        "filter": asked,
        "form": {"from": asked.first.isoformat(), "to": asked.last.isoformat()},
        "service": asked.service,
        "comparison": "previous" if question.with_previous else "none",
        "page": page,
        "alerts": alerts(request.user),
        "csv_url": question.address(export="csv"),
        "xlsx_url": question.address(export="xlsx"),
        "json_url": reverse("insights_data") + question.address(),
    }


def _spreadsheet(export: str, name: str, page: Page, found: Answered) -> HttpResponse:
    """Raises BadFilter for a format or a table that there is not."""
    sheets = {chart.key: table_of(chart) for chart in page.charts}
    if export not in ("csv", "xlsx"):
        raise BadFilter("“export” is either “csv” or “xlsx”.")
    if name and name not in sheets:
        raise BadFilter("There is no table of that name: leave “table” out to get all.")
    everything = figures(found.results)
    tables = [sheets[name]] if name else [everything, *sheets.values()]
    asked = found.asked
    parts = (name or "figures", asked.service, f"{asked.first}", f"{asked.last}")
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
    """The same figures for programs; docs/analytics/json-endpoint.md says what is in it."""
    try:
        asked = Filter.read(request.GET.dict())
    except BadFilter as error:
        return JsonResponse({"error": str(error)}, status=400)
    results = answer(asked)
    return JsonResponse(
        {
            "from": asked.first,
            "to": asked.last,
            "service": asked.service,
            "kpis": {
                key: {"value": result.value, "unit": result.kpi.unit, "previous": result.previous}
                for key, result in results.items()
            },
            "series": {key: result.series for key, result in results.items() if result.series},
        }
    )
