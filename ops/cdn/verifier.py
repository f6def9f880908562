"""The process behind nginx's ``auth_request``: 204 opens an address, 403 does not."""

import logging
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ops.cdn.signatures import SignatureRefused, TrustedKey, verified_until

VERDICT_SECONDS = 60

log = logging.getLogger(__name__)


class Verifier(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1. ``public_urls`` are the addresses viewers may use for the CDN."""

    daemon_threads = True

    def __init__(self, *, trusted: TrustedKey, public_urls: tuple[str, ...]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self._trusted = trusted
        self._base_of_host = {url.partition("://")[2]: url for url in public_urls}

    def seconds_open(self, host: str, uri: str, viewer_address: str) -> float:
        """How long the address opens from now. Raises SignatureRefused."""
        base = self._base_of_host.get(host)
        if base is None:
            raise SignatureRefused("asked for under another host name")
        now = time.time()
        return verified_until(base + uri, trusted=self._trusted, now=now, viewer_address=viewer_address) - now


class _Handler(BaseHTTPRequestHandler):
    # nginx keeps its connections open.
    protocol_version = "HTTP/1.1"
    server: Verifier

    def do_GET(self) -> None:
        host, uri, viewer = (
            self.headers.get(name, "") for name in ("X-Requested-Host", "X-Requested-Uri", "X-Viewer-Address")
        )
        try:
            seconds = self.server.seconds_open(host, uri, viewer)
        except SignatureRefused as reason:
            log.info("refused %s: %s", uri.partition("?")[0], reason)
            return self._answer(HTTPStatus.FORBIDDEN, "no-store")
        # One second less, since nginx counts whole seconds: no verdict outlives its signature.
        keep = min(VERDICT_SECONDS, int(seconds) - 1)
        return self._answer(HTTPStatus.NO_CONTENT, f"max-age={keep}" if keep > 0 else "no-store")

    def _answer(self, status: HTTPStatus, cache_control: str) -> None:
        self.send_response(status)
        self.send_header("Cache-Control", cache_control)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Silent: nginx logs every request, and a signature does not belong in a log."""
