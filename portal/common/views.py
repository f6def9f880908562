"""Pages and endpoints that belong to no app: metrics, policy reports."""

import logging
import os
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST, require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from portal.common.json_input import read_json
from portal.common.metrics import CSP_REPORTS, DATABASE_GAUGES
from portal.common.probes import asks_from_allowed_network
from portal.common.screening import STAFF

logger = logging.getLogger("portal.security")
_MOST_REPORTS: Final = 20  # of one request: a browser sends a few together


@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format: every process's counters, and gauges read from the database."""
    if not _may_read_metrics(request):
        return HttpResponseForbidden("metrics are read from allowed networks, or with a token\n")
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def _registry() -> CollectorRegistry:
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    for gauge in DATABASE_GAUGES:
        registry.register(gauge)
    return registry


def _may_read_metrics(request: HttpRequest) -> bool:
    if settings.DEMO:
        return True
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme == "Bearer" and constant_time_compare(token, settings.METRICS_TOKEN):
        return True
    return asks_from_allowed_network(request)


@never_cache
@require_safe
def may_upload(request: HttpRequest) -> HttpResponse:
    """204 for staff, 403 for everybody else: nginx asks before it reads a large body."""
    return HttpResponse(status=204 if request.user.has_perm(STAFF) else 403)


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """Browsers' reports that a page broke the policy: counted by directive, logged without their query strings.

    Of both kinds: one of the older `report-uri`, or a list from the Reporting API, in which others are passed over.
    """
    try:
        report = read_json(request.body.decode())
        reports = (
            [_of_reporting_api(one["body"]) for one in report if one["type"] == "csp-violation"]
            if isinstance(report, list)
            else [_of_report_uri(report["csp-report"])]
        )
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return HttpResponse("not a policy report\n", status=400, content_type="text/plain")
    for report in reports[:_MOST_REPORTS]:
        known = report["directive"]
        known = known if known in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] else "other"
        CSP_REPORTS.labels(directive=known).inc()
        logger.warning("content security policy broken", extra=report)
    return HttpResponse(status=204)


def _of_report_uri(report: dict[str, Any]) -> dict[str, str]:
    directive = report.get("effective-directive") or report["violated-directive"]
    return _report(directive, report.get("blocked-uri"), report.get("document-uri"))


def _of_reporting_api(report: dict[str, Any]) -> dict[str, str]:
    return _report(report["effectiveDirective"], report.get("blockedURL"), report.get("documentURL"))


def _report(directive: object, blocked: object, page: object) -> dict[str, str]:
    """Raises IndexError without a directive."""
    return {
        "directive": str(directive).split()[0][:50],
        "blocked": str(blocked or "").partition("?")[0][:200],
        "page": str(page or "").partition("?")[0][:200],
    }
