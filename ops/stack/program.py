"""One process (with its children) that is started, stopped and killed by the run that owns it."""

import fcntl
import json
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
PORTS: Final = range(20_000, 32_768)  # below those that Linux gives to outgoing connections


def var_folder(name: str) -> Path:
    """Where something keeps its state: a folder under VAR, which is absolute or relative to the checkout."""
    return (ROOT / (os.environ.get("VAR") or "var")).resolve() / name


class MissingProgram(RuntimeError):
    """A server that the run needs is not installed."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is missing: run `make test`, which installs it on Debian, or install it.")


def binary(name: str, *folders: Path) -> str:
    """The path of an installed program, on PATH or in one of `folders`. Raises MissingProgram."""
    found = shutil.which(name) or next((str(f / name) for f in folders if (f / name).exists()), None)
    if not found:
        raise MissingProgram(name)
    return found


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on, and that no caller is given again while this process lives.

    Each is reserved by a locked file, which the kernel unlocks with the process: a run that starts its server later
    finds the port as it was. Raises RuntimeError when all are taken.
    """
    folder = Path(tempfile.gettempdir(), f"portal-ports-{os.getuid()}")
    folder.mkdir(exist_ok=True)
    for port in random.sample(PORTS, len(PORTS)):
        lock = os.open(folder / str(port), os.O_CREAT | os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", port))
        except OSError:  # reserved, or somebody's who reserves nothing
            os.close(lock)
        else:
            return port  # `lock` stays open
    raise RuntimeError(f"every port from {PORTS.start} to {PORTS.stop - 1} is taken")


def until(ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
    """Wait until `ready` is true; raises RuntimeError naming `what` when it does not become so in time."""
    end = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)


def listens(port: int) -> bool:
    """Whether something on 127.0.0.1 takes connections there."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False


def python(*arguments: str, env: Mapping[str, str], check: bool = True) -> "subprocess.CompletedProcess[str]":
    """Run `python arguments` here, with `env` beside our own. Raises RuntimeError with what it said when it fails."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **env}, capture_output=True, text=True)
    if check and done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return done


def printed_json(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    """The JSON object that a program printed last. Raises RuntimeError with what it said where there is none."""
    try:
        return dict(json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        raise RuntimeError(f"{done.args} broke:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}") from None


class Program:
    """A command, run in a session of its own so that it and its children can be killed together."""

    def __init__(
        self, name: str, command: Sequence[str], *, log: Path, env: Mapping[str, str] | None = None, account: str = ""
    ) -> None:
        self.name, self.command, self.log = name, list(command), log
        self.env = {**os.environ, **(env or {})}
        self.account = account
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Whether the main process lives."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start it, appending what it says to its log; nothing when it runs."""
        if self.is_running:
            return
        user = _account(self.account)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                user=user and user.pw_uid,
                group=user and user.pw_gid,
            )

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
        """Ask the main process to end, and kill what is left after `seconds`."""
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                pass
        self.kill()

    def kill(self) -> None:
        """kill -9 for it and its children; returns when none of them holds a port or a file any more."""
        if self.process is None:
            return
        family = self.children()
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait(20)
        self.process = None
        until(lambda: not any(map(lives, family)), f"the end of {self.name}'s children", 20)

    def children(self) -> list[int]:
        """Process ids of its direct children."""
        if self.process is None:
            return []
        listing = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in listing.read_text().split()] if listing.exists() else []


class Server:
    """A program that answers on `port`; `what` is its name in an error."""

    program: Program
    port: int
    what: str

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.program.start()
        until(self.answers, self.what)

    def answers(self) -> bool:
        """Whether it takes a connection now."""
        return listens(self.port)

    def stop(self) -> None:
        """End it; what it only remembers is gone."""
        self.program.stop()


def lives(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has reaped yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _account(name: str) -> pwd.struct_passwd | None:
    """Whom to run as: another account only when we are root."""
    return pwd.getpwnam(name) if name and os.geteuid() == 0 else None
