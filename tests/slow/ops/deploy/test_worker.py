"""A worker that is told to stop finishes what it does; what it had not begun waits for the next one."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Celery

from ops.stack.program import ROOT, Program, until
from ops.stack.redis import Redis
from tests.unit.ops.deploy.units import command, unit

pytestmark = pytest.mark.slow
UNIT = "portal-worker.service"


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[Redis]:
    server = Redis(tmp_path / "redis")
    server.start()
    yield server
    server.stop()


def worker(folder: Path, redis: Redis) -> Program:
    """What the unit starts, one process, with the test's task."""
    parts = [*command(UNIT, root=ROOT), "--include", "tests.slow.ops.deploy.slow_task", "--concurrency", "1"]
    environment = {
        "DJANGO_SETTINGS_MODULE": "portal.settings.demo", "VAR": str(folder), "BROKER_URL": redis.url,
        "DATABASE_URL": os.environ["DATABASE_URL"],
    }  # fmt: skip
    return Program("worker", parts, log=folder / "worker.log", env=environment)


def test_the_running_task_is_finished_and_the_waiting_one_is_kept(tmp_path: Path, redis: Redis) -> None:
    client = Celery(broker=redis.url)
    first, second = tmp_path / "first", tmp_path / "second"
    running = worker(tmp_path, redis)
    running.start()
    client.send_task("tests.slow_task", (4, str(first)), queue="portal")
    until(tmp_path.joinpath("first.begun").exists, "the first task", 180)
    client.send_task("tests.slow_task", (0, str(second)), queue="portal")
    process = running.process
    assert process is not None
    process.send_signal(signal.SIGTERM)  # as systemd does with KillMode=mixed
    assert process.wait(int(unit(UNIT)["TimeoutStopSec"][0])) == 0
    assert tmp_path.joinpath("first.done").exists()
    assert not tmp_path.joinpath("second.begun").exists()
    next_one = worker(tmp_path, redis)
    next_one.start()
    until(tmp_path.joinpath("second.done").exists, "the second task", 180)
    next_one.stop()
