"""A process that is not our child is watched, waited for and killed like one."""

import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from ops.chaos.forked import ForkedProcess


@pytest.fixture
def sleeper() -> Iterator[ForkedProcess]:
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield ForkedProcess(child.pid)
    child.kill()
    child.wait()


def test_it_lives_until_it_is_killed(sleeper: ForkedProcess) -> None:
    assert sleeper.poll() is None
    with pytest.raises(subprocess.TimeoutExpired):
        sleeper.wait(0.1)
    sleeper.send_signal(signal.SIGKILL)
    assert (sleeper.wait(10), sleeper.poll()) == (0, 0)


def test_a_signal_to_one_that_has_ended_does_nothing() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    ForkedProcess(ended.pid).send_signal(signal.SIGTERM)
