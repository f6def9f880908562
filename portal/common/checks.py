"""What the settings cannot mean, said at start instead of at the first email or the first visitor.

Each is an error with an id of its own: `check`, `migrate` and every other command refuse to go on.
"""

import re
from collections.abc import Iterator, Sequence
from email.utils import getaddresses
from ipaddress import ip_address, ip_network
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit
from zoneinfo import available_timezones

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.http.request import validate_host
from django.utils.translation import gettext as _

LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
HOST: Final = re.compile(rf"(?=.{{1,253}}$)({LABEL}\.)*{LABEL}", re.IGNORECASE)
ENCRYPTED_SSLMODES: Final = ("require", "verify-ca", "verify-full")
PLAIN_BROKERS: Final = ("redis", "sentinel", "amqp", "pyamqp")
UNCHECKED: Final = ("none", "optional")
SMTP: Final = "django.core.mail.backends.smtp.EmailBackend"
ADDRESS: Final = re.compile(r"[^@\s<>,;:\"()\[\]]+@[^@\s<>,;:\"()\[\]]+")


def check_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every sentence about a setting that cannot be meant."""
    return [
        *_sender(),
        *_base_url(),
        *_allowed_hosts(),
        *_time_zones(),
        *_networks(),
        *_contact(),
        *_encryption(),
    ]


def _error(number: int, sentence: str, hint: str) -> Error:
    return Error(sentence, hint=hint, id=f"portal.E{number:03}")


def _sender() -> Iterator[Error]:
    """One address, and a name that needs no quotes or has them."""
    for name in ("DEFAULT_FROM_EMAIL", "SERVER_EMAIL"):
        value = getattr(settings, name)
        if not _is_one_address(value):
            yield _error(
                1,
                _("EMAIL_FROM is not one email address: %(value)r.") % {"value": value},
                _('A name with a comma stands in quotes: "Care, Ltd" <bookings@example.org>.'),
            )
            return


def _is_one_address(value: str) -> bool:
    addresses = getaddresses([value])
    return len(addresses) == 1 and bool(ADDRESS.fullmatch(addresses[0][1])) and not any(c in value for c in "\r\n")


def _base_url() -> Iterator[Error]:
    value = settings.BASE_URL
    hint = _("The scheme and host that caregivers see, nothing more: https://portal.example.org.")
    try:
        parts = urlsplit(value)
        host, _port = parts.hostname, parts.port
    except ValueError:
        parts, host = None, None
    if parts is None or parts.scheme not in ("http", "https") or not host or not _is_host(host):
        yield _error(2, _("PORTAL_BASE_URL is not an address: %(value)r.") % {"value": value}, hint)
    elif parts.path or parts.query or parts.fragment or parts.username is not None:
        yield _error(3, _("PORTAL_BASE_URL has more than scheme and host: %(value)r.") % {"value": value}, hint)
    elif not validate_host(host if ":" not in host else f"[{host}]", settings.ALLOWED_HOSTS):
        yield _error(
            4,
            _("PORTAL_BASE_URL’s host %(host)r is not among PORTAL_ALLOWED_HOSTS.") % {"host": host},
            _("The portal would refuse its own links."),
        )


def _allowed_hosts() -> Iterator[Error]:
    for value in settings.ALLOWED_HOSTS:
        if not _is_host(value.removeprefix(".").removeprefix("[").removesuffix("]")):
            yield _error(
                5,
                _("PORTAL_ALLOWED_HOSTS has an entry that is not a host name: %(value)r.") % {"value": value},
                _("Names or IP addresses without scheme, port or path, comma separated: portal.example.org,127.0.0.1."),
            )


def _is_host(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return bool(HOST.fullmatch(value))
    return True


def _time_zones() -> Iterator[Error]:
    if settings.REPORTING_TIME_ZONE not in available_timezones():
        yield _error(
            6,
            _("PORTAL_TIME_ZONE is not a time zone: %(value)r.") % {"value": settings.REPORTING_TIME_ZONE},
            _("A name of the IANA database, such as Europe/London."),
        )


def _networks() -> Iterator[Error]:
    for value in settings.METRICS_NETWORKS:
        try:
            ip_network(value)
        except ValueError:
            yield _error(
                7,
                _("METRICS_NETWORKS has an entry that is not a network: %(value)r.") % {"value": value},
                _("For example 10.0.0.0/8,::1/128."),
            )


def _contact() -> Iterator[Error]:
    value = settings.ORGANISATION["email"]
    if value and not ADDRESS.fullmatch(value):
        yield _error(
            8,
            _("ORGANISATION_EMAIL is not an email address: %(value)r.") % {"value": value},
            _("For example hello@example.org."),
        )


def _encryption() -> Iterator[Error]:
    """TLS to PostgreSQL, the broker and the mail server, where they are other machines."""
    if not settings.ENCRYPTED_CONNECTIONS_REQUIRED:
        return
    otherwise = _("Or set PORTAL_PRIVATE_NETWORK=1 where the network between the machines is encrypted or yours alone.")
    database = settings.DATABASES["default"]
    if (
        database["ENGINE"].endswith("postgresql")
        and _is_remote(database.get("HOST"))
        and database.get("OPTIONS", {}).get("sslmode") not in ENCRYPTED_SSLMODES
    ):
        yield _error(
            9,
            _("DATABASE_URL names another machine without TLS."),
            " ".join((_("End it with ?sslmode=verify-full."), otherwise)),
        )
    if any(map(_is_plain, settings.CELERY_BROKER_URL.split(";"))):
        yield _error(
            11, _("BROKER_URL names another machine without TLS."), " ".join((_("Begin it with rediss://."), otherwise))
        )
    if (
        settings.EMAIL_BACKEND == SMTP
        and _is_remote(settings.EMAIL_HOST)
        and not (settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL)
    ):
        yield _error(
            12,
            _("EMAIL_URL names another machine without TLS."),
            " ".join((_("End it with ?tls=1 or ?ssl=1."), otherwise)),
        )


def _is_plain(broker: str) -> bool:
    """Whether a broker on another machine is spoken to in clear, or its certificate not looked at."""
    parts = urlsplit(broker)
    unchecked = parse_qs(parts.query).get("ssl_cert_reqs", [""])[-1].lower().removeprefix("cert_") in UNCHECKED
    return _is_remote(parts.hostname) and (parts.scheme in PLAIN_BROKERS or unchecked)


def _is_remote(host: str | None) -> bool:
    """Another machine: neither this one's loopback nor a socket in a folder."""
    if not host or host.startswith(("/", "@")) or host.lower() == "localhost":
        return False
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return True
