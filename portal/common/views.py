"""Pages and endpoints that belong to no app: metrics, policy reports, refusals."""

import json
import logging
import os
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.shortcuts import render
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import REGISTRY

from portal.common.metrics import CSP_REPORTS, DATABASE_GAUGES

logger = logging.getLogger("portal.security")
_REPORT_MAX_BYTES = 16 * 1024
RETRY_AFTER_SECONDS = 300


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
    if "X-Forwarded-For" in request.headers:
        return False  # came through the proxy: only the token counts
    try:
        address = ip_address(request.META["REMOTE_ADDR"])
    except ValueError:  # a socket file has no address
        return False
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)


@csrf_exempt
@require_POST
def csp_report(request: HttpRequest) -> HttpResponse:
    """A browser's report that a page broke the policy: counted by directive, logged without its query string."""
    try:
        report = json.loads(request.read(_REPORT_MAX_BYTES))["csp-report"]
        directive = str(report.get("effective-directive") or report["violated-directive"]).split()[0]
        blocked = str(report.get("blocked-uri", "")).partition("?")[0][:200]
        page = str(report.get("document-uri", "")).partition("?")[0][:200]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        return HttpResponse("not a policy report\n", status=400)
    known = directive if directive in settings.CONTENT_SECURITY_POLICY["DIRECTIVES"] else "other"
    CSP_REPORTS.labels(directive=known).inc()
    logger.warning("content security policy broken", extra={"directive": directive, "blocked": blocked, "page": page})
    return HttpResponse(status=204)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token: usually an expired session, so say what to do."""
    return render(request, "403_csrf.html", status=403)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Somebody was too quick; says what to do, and to programs when to come back."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if request.path.endswith(".json"):
        sentence = "Too many tries. Wait a few minutes, then try again."
        return JsonResponse({"error": sentence}, status=429, headers=headers)
    response = render(request, "429.html", status=429)
    response["Retry-After"] = headers["Retry-After"]
    return response
