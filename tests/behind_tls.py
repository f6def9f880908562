"""The portal as gunicorn serves it, every request marked as nginx marks one that came over TLS."""

from collections.abc import Callable, Iterable
from typing import Any

from portal.wsgi import application as portal


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """What gunicorn calls."""
    environ["HTTP_X_FORWARDED_PROTO"] = "https"
    answer: Iterable[bytes] = portal(environ, start_response)
    return answer
