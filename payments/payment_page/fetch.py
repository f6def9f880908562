"""Reads a page of ours as a browser receives it: over the network, with what nginx and a CDN add."""

import http.client
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Final

from django.conf import settings

_SECONDS: Final = 15
_MOST_BYTES: Final = 2 * 1024 * 1024
_AGENT: Final = "Mozilla/5.0 (payment page check)"


class NotFetched(Exception):
    """There was no page; the message says why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer; names of headers in lower case, several of one name joined by a comma."""

    status: int
    headers: dict[str, str]
    body: bytes


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def fetch(address: str) -> Fetched:
    """The answer at `address`, whatever its status. Follows no redirect. Raises NotFetched."""
    if not address.startswith(("https://", "http://")):
        raise NotFetched("not a web address")
    request = urllib.request.Request(address, headers={"User-Agent": _AGENT, "Accept": "*/*"})  # noqa: S310
    try:
        with _opener().open(request, timeout=_SECONDS) as response:
            return _fetched(response)
    except urllib.error.HTTPError as error:
        with error:
            return _fetched(error)
    except (OSError, http.client.HTTPException) as error:
        raise NotFetched(type(error).__name__) from error


def _opener() -> urllib.request.OpenerDirector:
    context = ssl.create_default_context(cafile=settings.PORTAL_CA_FILE or None)
    return urllib.request.build_opener(
        urllib.request.ProxyHandler({}), _NoRedirect(), urllib.request.HTTPSHandler(context=context)
    )


def _fetched(response: http.client.HTTPResponse | urllib.error.HTTPError) -> Fetched:
    headers: dict[str, str] = {}
    for name, value in response.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {value}" if key in headers else value
    return Fetched(int(response.status or 0), headers, response.read(_MOST_BYTES))
