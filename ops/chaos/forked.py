"""The nursery's other end: programs that are forked from it, and commands that run in a fork."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from ops.stack.program import ROOT, Program, lives

LOOK_EVERY: Final = 0.05  # seconds


class ForkedProcess:
    """A process that is not our child: as much of Popen as a Program needs. How it ended nobody knows."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def poll(self) -> int | None:
        """None while it lives, then 0."""
        return None if lives(self.pid) else 0

    def wait(self, timeout: float | None = None) -> int:
        """Until it has ended. Raises subprocess.TimeoutExpired."""
        end = time.monotonic() + (timeout or 3600)
        while self.poll() is None:
            if time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 3600)
            time.sleep(LOOK_EVERY)
        return 0

    def send_signal(self, number: int) -> None:
        """Nothing when it has ended meanwhile."""
        try:
            os.kill(self.pid, number)
        except ProcessLookupError:
            pass


class Nursery:
    """The process that forks; it sees `environment`."""

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self._lock = threading.Lock()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ops.chaos.nursery"], cwd=ROOT, env={**os.environ, **environment},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
            )  # fmt: skip

    def fork(self, module: str, arguments: Sequence[str], *, out: Path, log: Path) -> ForkedProcess:
        """Run `python -m module arguments`, with its output appended to two files."""
        request = {"module": module, "arguments": list(arguments), "out": str(out), "log": str(log)}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            return ForkedProcess(int(self._process.stdout.readline()))

    def close(self) -> None:
        """End it; what was forked lives on."""
        self._process.send_signal(signal.SIGTERM)
        self._process.communicate()


class ForkedProgram(Program):
    """`program`, whose command is `python -m ...`, forked from the nursery."""

    def __init__(self, program: Program, nursery: Nursery) -> None:
        super().__init__(program.name, program.command, log=program.log)
        self._nursery = nursery

    def start(self) -> None:
        """Fork it; nothing when it runs."""
        if not self.is_running:
            _, _, module, *arguments = self.command
            self.process = self._nursery.fork(module, arguments, out=self.log, log=self.log)
