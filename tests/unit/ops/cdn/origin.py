"""An origin that answers byte ranges as S3 does and remembers what it was asked."""

import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Stored:
    """An object: its bytes, what its headers say, and how long (seconds) the origin takes to answer."""

    content: bytes
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "public, max-age=3600"})
    delay: float = 0.0


@dataclass(frozen=True)
class Asked:
    path: str
    range: str | None
    headers: dict[str, str]


class Origin(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.objects: dict[str, Stored] = {}
        self.asked: list[Asked] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def ranges_of(self, path: str) -> list[str | None]:
        """The ranges ``path`` was asked for, in order."""
        return [asked.range for asked in self.asked if asked.path == path]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; held back, the second waits 40 ms for an acknowledgement.
    disable_nagle_algorithm = True
    server: Origin

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked.append(Asked(self.path, self.headers["Range"], dict(self.headers)))
        stored = self.server.objects.get(self.path)
        if stored is None:
            return self._answer(404, b"no such object", {})
        time.sleep(stored.delay)
        size = len(stored.content)
        headers = {"Accept-Ranges": "bytes", "ETag": f'"{size}"', **stored.headers}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"] or "")
        if wanted is None:
            return self._answer(200, stored.content, headers)
        first, last = int(wanted[1]), min(int(wanted[2]), size - 1)
        if first >= size:
            return self._answer(416, b"", {"Content-Range": f"bytes */{size}"})
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
        return self._answer(206, stored.content[first : last + 1], headers)

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""
