"""EMAIL_URL as Django's settings. Every form that earlier releases took is taken; one that means nothing stops the start."""

from typing import Any, Final
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_BACKENDS: Final = {
    "smtp": "smtp",
    "submission": "smtp",
    "submit": "smtp",
    "smtps": "smtp",
    "console": "console",
    "file": "filebased",
    "memory": "locmem",
    "dummy": "dummy",
}
_STARTTLS: Final = ("submission", "submit", "smtps")
_PORTS: Final = {"smtp": 25, "smtps": 25, "submission": 587, "submit": 587}
_TRUE: Final = ("1", "y", "yes", "t", "true", "on")
_OPTIONS: Final = {"tls", "ssl", "timeout"}


def settings_of(url: str) -> dict[str, Any]:
    """The EMAIL_… settings of an address such as `smtp://user:password@host:587?tls=1`.

    Raises ImproperlyConfigured for an unknown scheme, option or port; its text holds no part of the password.
    """
    parts = urlsplit(url)
    options = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
    if parts.scheme not in _BACKENDS:
        raise ImproperlyConfigured(f"EMAIL_URL starts with one of {', '.join(sorted(_BACKENDS))}, followed by ://")
    if unknown := sorted(options.keys() - _OPTIONS):
        raise ImproperlyConfigured(f"EMAIL_URL takes the options tls, ssl and timeout, not {', '.join(unknown)}.")
    if not options.get("timeout", "0").isdecimal():
        raise ImproperlyConfigured("EMAIL_URL's timeout is a whole number of seconds.")
    use_ssl = options.get("ssl", "").lower() in _TRUE
    use_tls = not use_ssl and (parts.scheme in _STARTTLS or options.get("tls", "").lower() in _TRUE)
    return {
        "EMAIL_BACKEND": f"django.core.mail.backends.{_BACKENDS[parts.scheme]}.EmailBackend",
        "EMAIL_FILE_PATH": unquote(parts.path[1:]),
        "EMAIL_HOST": parts.hostname or "localhost",
        "EMAIL_PORT": _port(parts),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": use_tls,
        "EMAIL_USE_SSL": use_ssl,
        "EMAIL_TIMEOUT": int(options.get("timeout", "15")),
    }


def _port(parts: SplitResult) -> int:
    try:
        return parts.port or _PORTS.get(parts.scheme, 25)
    except ValueError:
        raise ImproperlyConfigured("EMAIL_URL's port is a number from 1 to 65535.") from None
