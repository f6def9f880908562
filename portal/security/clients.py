"""Where a request comes from: the address that the last trusted proxy saw, never what a client wrote itself."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest


def coarse_address(request: HttpRequest) -> str:
    """The client's network, IPv4 /24 or IPv6 /48: enough to see where an attack comes from, not who somebody is.

    Empty when the address cannot be told (a socket file, or fewer proxies than configured).
    """
    return _network(request, 24, 48)


def client_network(request: HttpRequest) -> str:
    """What counts as one client: an IPv4 address, or an IPv6 /64. Empty when it cannot be told."""
    return _network(request, 32, 64)


def _network(request: HttpRequest, ipv4_prefix: int, ipv6_prefix: int) -> str:
    address = _address(request)
    if address is None:
        return ""
    prefix = ipv4_prefix if address.version == 4 else ipv6_prefix
    return str(ip_network(f"{address}/{prefix}", strict=False))


def _address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied, ImproperlyConfigured):
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
