"""A Prometheus of our own: configuration written, process started and ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

from ops.observability.rules import RULES
from ops.stack.program import Program, binary, until

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
def prometheus(folder: Path, *, portal: str, port: int, every: str = "5s") -> Iterator[Program]:
    """Yields the process once it answers. Raises RuntimeError when it does not start."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "prometheus.yml"
    configuration.write_text(_configuration(portal, every))
    storage = [f"--storage.tsdb.path={folder / 'data'}", "--storage.tsdb.retention.time=2d"]
    options = [f"--config.file={configuration}", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
    process = Program("prometheus", [binary("prometheus"), *options, *storage], log=folder / "prometheus.log")
    process.start()
    try:
        until(lambda: not process.is_running or _is_ready(port), f"Prometheus (see {process.log})", READY_SECONDS)
        if not process.is_running:
            raise RuntimeError(f"Prometheus did not start: see {process.log}")
        yield process
    finally:
        process.stop(seconds=15)


def _is_ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/-/ready", timeout=2).is_success
    except httpx.HTTPError:
        return False


def query(port: int, expression: str) -> list[dict[str, object]]:
    """The instant result of a PromQL expression: one entry a series."""
    reply = httpx.post(f"http://127.0.0.1:{port}/api/v1/query", data={"query": expression}, timeout=30)
    return list(reply.raise_for_status().json()["data"]["result"])
