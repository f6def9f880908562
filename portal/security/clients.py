"""Where a request comes from: the address that the last trusted proxy saw, never what a client wrote itself."""

from ipaddress import IPv6Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest

COARSE_IPV4_PREFIX = 24
COARSE_IPV6_PREFIX = 48


def coarse_address(request: HttpRequest) -> str:
    """The client's network, IPv4 /24 or IPv6 /48: enough to see where an attack comes from, not who somebody is.

    Empty when the address cannot be told (a socket file, or fewer proxies than configured).
    """
    try:
        address = ip_address(get_adapter().get_client_ip(request))
    except (ValueError, PermissionDenied, ImproperlyConfigured):
        return ""
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    prefix = COARSE_IPV6_PREFIX if address.version == 6 else COARSE_IPV4_PREFIX
    return str(ip_network(f"{address}/{prefix}", strict=False))
