"""Machines that look after the portal know it by IP address: a load balancer's probe, Prometheus."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

PROBED: Final = ("/healthz/", "/readyz/", "/metrics")


class ProbeMiddleware:
    """Lets a probe on an allowed network ask without naming a host of ours. Everything else has to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info in PROBED and asks_from_allowed_network(request):
            request.META["HTTP_HOST"] = urlsplit(settings.BASE_URL).netloc
        return self.get_response(request)


def asks_from_allowed_network(request: HttpRequest) -> bool:
    """Whether the client is on one of METRICS_NETWORKS and came past the proxy."""
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        address = ip_address(request.META["REMOTE_ADDR"])
    except ValueError:  # a socket file has no address
        return False
    return any(address in ip_network(network) for network in settings.METRICS_NETWORKS)
