"""Runs nginx and the verifier together, and ends them together."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from urllib.request import urlopen

from ops.cdn.configuration import Configuration, write_nginx_conf
from ops.cdn.signatures import TrustedKey
from ops.cdn.verifier import Verifier
from ops.stack.program import free_port, until

READY_SECONDS = 10
DRAIN_SECONDS = 5
FAST_SECONDS = 2  # for nginx' own fast way, which waits for nobody


class CdnError(RuntimeError):
    """The CDN did not start, or stopped by itself; the message is for the person at the terminal."""


@contextmanager
def running_cdn(configuration: Configuration, trusted: TrustedKey) -> Iterator[subprocess.Popen[bytes]]:
    """Yields nginx's process once it answers. Raises CdnError."""
    with Verifier(trusted=trusted, public_urls=configuration.public_urls) as verifier:
        threading.Thread(target=verifier.serve_forever, daemon=True).start()
        conf = write_nginx_conf(configuration, verifier_port=verifier.server_port, media_port=free_port())
        nginx = _start_nginx(conf)
        try:
            _wait_until_ready(nginx, configuration)
            yield nginx
        finally:
            _stop(nginx)
            verifier.shutdown()


def _start_nginx(conf: Path) -> subprocess.Popen[bytes]:
    errors = conf.with_name("error.log")
    command = ["nginx", "-c", str(conf), "-p", str(conf.parent), "-e", str(errors)]
    try:
        return subprocess.Popen(command)
    except FileNotFoundError as error:
        raise CdnError("nginx is not installed; on Debian: apt-get install nginx") from error


def _wait_until_ready(nginx: subprocess.Popen[bytes], configuration: Configuration) -> None:
    until(lambda: nginx.poll() is not None or _healthy(configuration.port), "nginx", READY_SECONDS)
    if nginx.poll() is not None:
        raise CdnError(f"nginx ended with status {nginx.returncode}; see {configuration.run_dir}/error.log")


def _healthy(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1) as answer:  # nosec B310 # our own http address
            return bool(answer.status == 200)
    except (OSError, HTTPException):
        return False


def _stop(nginx: subprocess.Popen[bytes]) -> None:
    """Let running answers finish, then insist."""
    for stop, seconds in ((signal.SIGQUIT, DRAIN_SECONDS), (signal.SIGTERM, FAST_SECONDS)):
        if nginx.poll() is None:
            nginx.send_signal(stop)
        try:
            nginx.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue
    nginx.kill()
    nginx.wait()
