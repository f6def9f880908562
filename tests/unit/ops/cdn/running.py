"""Starts ``python -m ops.cdn`` as a user does, and asks it for things."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ops.stack.program import free_port

PROJECT = Path(__file__).parents[4]
KEY_ID = "KTESTPUBLICKEY"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Cdn:
    port: int
    process: subprocess.Popen[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def get(self, path: str, *, method: str = "GET", **headers: str) -> Answer:
        """Ask for ``path`` (a full address is cut down to it); Accept_Encoding becomes Accept-Encoding."""
        connection = self.connect()
        try:
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path.removeprefix(self.url), headers=given)
            response = connection.getresponse()
            body = response.read()
            return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)
        finally:
            connection.close()


def command(*, origin: str, port: int, run_dir: Path, public_key: Path) -> list[str]:
    options = {"--origin": origin, "--port": str(port), "--run-dir": str(run_dir), "--public-key": str(public_key)}
    flat = [part for pair in options.items() for part in pair]
    return [sys.executable, "-m", "ops.cdn", *flat, "--key-id", KEY_ID]


@contextmanager
def started(*, origin: str, run_dir: Path, public_key: Path, media_folder: Path | None = None) -> Iterator[Cdn]:
    """Yields a CDN that says it is ready, and ends it."""
    port = free_port()
    line = command(origin=origin, port=port, run_dir=run_dir, public_key=public_key)
    line += ["--media-folder", str(media_folder)] if media_folder else []
    process = subprocess.Popen(line, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"CDN ready: http://127.0.0.1:{port}/\n"
        yield Cdn(port, process)
    finally:
        process.terminate()
        process.wait(timeout=15)
