"""The variables of portal.conf.template, and the configuration made of them."""

import re
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

HERE: Final = Path(__file__).parent
BROTLI: Final = Path("/usr/lib/nginx/modules/ngx_http_brotli_static_module.so")
FOREVER: Final = "public, max-age=31536000, immutable"
DAY: Final = "public, max-age=86400"
# Megabytes of what staff upload, as portal.settings.base.STAFF_BODY_LIMITS has them in bytes.
UPLOADS: Final = {
    "/admin/snippets/media_library/mediaitem/": 520,
    "/admin/images/": 16,
    "/admin/documents/": 26,
    "/admin/account/": 6,
    "/admin/payments/dispute/": 12,
    "/admin/pages/": 4,
}
_WORD: Final = re.compile(r"[^\s;{}\"'$\\]+")


class NginxTemplate(Template):
    """nginx's own variables begin with $, so ours begin with @."""

    delimiter = "@"


@dataclass(frozen=True, kw_only=True)
class Site:
    """What differs between places. Raises ValueError for a value that nginx would read as something else."""

    host: str
    certificate: Path
    certificate_key: Path
    var: Path = Path("/srv/portal/var")
    application: str = "127.0.0.1:8000"
    other_hosts: tuple[str, ...] = ()
    address: str = ""
    http_port: int = 80
    https_port: int = 443
    log: Path = Path("/var/log/portal-nginx")
    requests_per_second: int = 50
    hsts_seconds: int = 31_536_000
    behind: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        words = (self.host, self.certificate, self.certificate_key, self.var, self.application, self.log)
        for word in map(str, (*words, *self.other_hosts, *self.behind)):
            if not _WORD.fullmatch(word):
                raise ValueError(f"{word!r} cannot stand in an nginx configuration.")


def rendered(site: Site) -> str:
    """The text of portal.conf."""
    return NginxTemplate((HERE / "portal.conf.template").read_text()).substitute(
        host=site.host,
        server_names=" ".join((site.host, *site.other_hosts)),
        address=f"{site.address}:" if site.address else "",
        http_port=site.http_port,
        https_port=site.https_port,
        https_suffix="" if site.https_port == 443 else f":{site.https_port}",
        application=site.application,
        certificate=site.certificate,
        certificate_key=site.certificate_key,
        var=site.var,
        log=site.log,
        pages=HERE / "pages",
        requests_per_second=site.requests_per_second,
        burst=4 * site.requests_per_second,
        hsts=f"max-age={site.hsts_seconds}; includeSubDomains; preload" if site.hsts_seconds else "",
        brotli="brotli_static on;" if BROTLI.exists() else "# brotli_static: the module is not installed",
        behind=_behind(site.behind),
        uploads="\n  ".join(_upload(path, size, 4 * site.requests_per_second) for path, size in UPLOADS.items()),
        forever=FOREVER,
        day=DAY,
    )


def _upload(path: str, megabytes: int, burst: int) -> str:
    """A location that asks for staff first; error_page is said again because one of its own ends the server's."""
    return f"""location {path} {{
    client_max_body_size {megabytes}m;
    auth_request /may-upload/;
    error_page 401 403 =413 /too-large.html;
    error_page 413 /too-large.html;
    error_page 429 /too-many.html;
    error_page 502 504 /unavailable.html;
    limit_req zone=portal_requests burst={burst} nodelay;
    proxy_pass http://portal_application;
  }}"""


def _behind(networks: tuple[str, ...]) -> str:
    """Load balancers in front: the client's address is the last one that they did not add themselves."""
    if not networks:
        return "# No load balancer in front: the client's address is the connection's."
    trusted = " ".join(f"set_real_ip_from {network};" for network in networks)
    return f"{trusted} real_ip_header X-Forwarded-For; real_ip_recursive on;"
