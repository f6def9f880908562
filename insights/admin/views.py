"""The figures as JSON, for whoever may see them."""

from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from insights.kpis.filters import BadFilter, Filter
from insights.kpis.results import answer

PERMISSION = "insights.view_insights"


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
