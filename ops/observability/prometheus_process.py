"""A Prometheus of our own: configuration written, process started and ended."""

import json
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from ops.observability.rules import RULES

READY_SECONDS = 30


def _configuration(portal: str, every: str) -> str:
    scrape = {"job_name": "portal", "metrics_path": "/metrics", "static_configs": [{"targets": [portal]}]}
    wanted = {
        "global": {"scrape_interval": every, "evaluation_interval": every},
        "rule_files": [str(RULES)],
        "scrape_configs": [scrape],
    }
    return yaml.safe_dump(wanted)


@contextmanager
def prometheus(folder: Path, *, portal: str, port: int, every: str = "5s") -> Iterator[subprocess.Popen[bytes]]:
    """Yields the process once it answers. Raises SubprocessError when it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text(_configuration(portal, every))
    command = [
        "prometheus", f"--config.file={configuration}", f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}", "--storage.tsdb.retention.time=2d", "--log.level=warn",
    ]  # fmt: skip
    with (folder / "prometheus.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_until_ready(process, port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/ready", timeout=2):  # nosec B310 # http is written here
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise subprocess.SubprocessError(f"Prometheus did not start; its log is in the folder of {port}")


def query(port: int, expression: str) -> list[dict[str, object]]:
    """The instant result of a PromQL expression: one entry a series."""
    address = f"http://127.0.0.1:{port}/api/v1/query"
    body = urllib.parse.urlencode({"query": expression}).encode()
    with urllib.request.urlopen(address, data=body, timeout=30) as reply:  # nosec B310 # our own Prometheus
        return list(json.load(reply)["data"]["result"])
