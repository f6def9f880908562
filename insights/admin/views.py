"""The figures as a page, as a spreadsheet and as JSON, for whoever may see them."""

from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from insights.admin.cards import sections
from insights.exports import as_csv
from insights.kpis.filters import BadFilter, Filter
from insights.kpis.results import answer
from portal.bookings.models import Service
from portal.common import clock

PERMISSION: Final = "insights.view_insights"
PRESETS: Final = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def dashboard(request: HttpRequest) -> HttpResponse:
    """Every figure for the days and the service in the address; `export=csv` gives them as a spreadsheet."""
    context: dict[str, Any] = {
        "services": Service.objects.order_by("name").values_list("slug", "name"),
        "presets": _presets(request.GET.get("service", "")),
    }
    try:
        asked = Filter.read(request.GET.dict())
    except BadFilter as error:
        context |= {"error": str(error), "asked": request.GET}
        return TemplateResponse(request, "insights/admin/dashboard.html", context, status=400)
    results = answer(asked)
    if request.GET.get("export") == "csv":
        return _spreadsheet(as_csv(results), asked)
    question = {"from": asked.first, "to": asked.last, "service": asked.service}
    context |= {
        "filter": asked,
        "asked": {"from": asked.first.isoformat(), "to": asked.last.isoformat(), "service": asked.service},
        "sections": sections(results),
        "empty": not any(result.value for result in results.values()),
        "csv_url": f"?{urlencode({**question, 'export': 'csv'})}",
        "json_url": f"{reverse('insights_data')}?{urlencode(question)}",
    }
    return TemplateResponse(request, "insights/admin/dashboard.html", context)


def _presets(service: str) -> list[tuple[str, str]]:
    today = clock.reporting_day(clock.now())
    return [
        (f"?{urlencode({'from': today - timedelta(days=days - 1), 'to': today, 'service': service})}", label)
        for days, label in PRESETS
    ]


def _spreadsheet(text: str, asked: Filter) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figures-{asked.first}-{asked.last}.csv"'
    return response


@require_GET
@permission_required(PERMISSION, raise_exception=True)
def data(request: HttpRequest) -> JsonResponse:
    """`?from=&to=&service=`: `{"from", "to", "service", "kpis": {key: {"value", "unit", "previous"}}, "series"}`."""
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
