"""The stack that seeds run on, each with a fresh database, a Stripe that knows nothing yet, and empty queues."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from celery import Celery
from psycopg.rows import dict_row

from ops.chaos.forked import ForkedProgram, Nursery
from ops.stack import Stack
from ops.stack.postgres import CRASH_SAFE
from ops.stack.program import ROOT
from ops.stack.stack import DATABASE

BEGINNING: Final = "chaos_beginning"
# A worker of the web that is killed is forked anew; Stripe may hang for as long as it takes to notice.
SETTINGS: Final = {"GUNICORN_CMD_ARGS": "--preload --timeout 120", "STRIPE_TIMEOUT_SECONDS": "3"}
QUEUE: Final = "portal"
COMMAND_WITHIN: Final = 300.0  # seconds
PORTAL: Final = ("web", "worker", "beat")


@dataclass(frozen=True, slots=True)
class People:
    """Who is there, and the sessions they compete for, by number."""

    caregivers: list[dict[str, Any]]
    sessions: list[int]


class World:
    """What a run does to a started `stack`. `people` are the same for each seed."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._bell = Celery(broker=stack.redis.url)
        self._down: set[str] = set()
        self._heads = stack.var / "audit-heads.jsonl"
        self.people = self._keep_the_beginning()
        self._nursery = Nursery(stack.var / "logs" / "nursery.log", stack.environment)
        for name in PORTAL:
            stack.programs[name] = ForkedProgram(stack.programs[name], self._nursery)

    @staticmethod
    def stack_in(var: Path) -> Stack:
        """A stack that is quick to come back; to be entered by the caller."""
        return Stack(
            var, web_workers=3, worker_processes=2, environment=SETTINGS, start_portal=False, safety=CRASH_SAFE
        )

    def _keep_the_beginning(self) -> People:
        """Add the people, and make the database a template for each seed's."""
        environment = {**os.environ, **self.stack.environment}
        done = subprocess.run(
            [sys.executable, "-m", "ops.chaos.people"], cwd=ROOT, env=environment, capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"the people could not be made:\n{done.stderr[-3000:]}")
        self.stack.postgres.execute("postgres", f'ALTER DATABASE "{DATABASE}" RENAME TO "{BEGINNING}"')
        if self._heads.exists():
            shutil.copy(self._heads, self._heads.with_suffix(".beginning"))
        told = json.loads(done.stdout.splitlines()[-1])
        return People(told["caregivers"], told["sessions"])

    def begin(self) -> None:
        """Start over: nothing of an earlier seed is left, and the portal answers.

        The web may live on: nobody asks it for anything, and it keeps nothing of a person or payment.
        """
        for name in ("beat", "worker"):
            self.kill(name)
        self.stack.sandbox.control("reset")
        self.stack.redis.flush()
        self.stack.postgres.execute("postgres", f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
        self.stack.postgres.create(DATABASE, template=BEGINNING)
        self._begin_files()
        self.start_the_portal()

    def _begin_files(self) -> None:
        """The heads of the audit chain are those of the beginning; beat has done nothing yet."""
        self._heads.unlink(missing_ok=True)
        if (beginning := self._heads.with_suffix(".beginning")).exists():
            shutil.copy(beginning, self._heads)
        for schedule in self.stack.var.glob("beat-schedule*"):
            schedule.unlink()

    def kill(self, program: str) -> None:
        """kill -9; it stays down until it is started."""
        self._down.add(program)
        self.stack.programs[program].kill()

    def start(self, program: str) -> None:
        """Start it again."""
        self._down.discard(program)
        self.stack.programs[program].start()

    def supervise(self) -> list[str]:
        """Start what ended by itself, as a supervisor does; returns what that was."""
        ended = [name for name in PORTAL if name not in self._down and not self.stack.programs[name].is_running]
        for name in ended:
            self.stack.programs[name].start()
        return ended

    def start_the_portal(self) -> None:
        """Start what does not run, and wait until the portal answers."""
        self._down.clear()
        self.stack.start_programs()
        self.stack.wait_until_ready()

    def close(self) -> None:
        """End the nursery; the stack ends the rest."""
        self._nursery.close()

    def manage(self, command: str, *options: str) -> dict[str, Any]:
        """The JSON that a management command prints: it exits 1 when it finds something, and without when it broke.

        Raises RuntimeError with what it said.
        """
        out, log = (self.stack.var / "logs" / f"{command}.{kind}" for kind in ("out", "log"))
        out.unlink(missing_ok=True)
        self._nursery.fork("django", [command, "--json", *options], out=out, log=log).wait(COMMAND_WITHIN)
        try:
            return dict(json.loads(out.read_text().splitlines()[-1]))
        except (IndexError, ValueError):
            raise RuntimeError(f"{command} broke: {out.read_text()[-500:]}\n{log.read_text()[-3000:]}") from None

    def ring(self, task: str) -> None:
        """Ask a worker, as the portal and beat do. Raises OperationalError when the broker is down."""
        self._bell.send_task(task, queue=QUEUE, retry=False, ignore_result=True)

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What a query of our own returns. Raises psycopg.OperationalError while PostgreSQL is down."""
        with psycopg.connect(self.stack.database_url, row_factory=dict_row, connect_timeout=5) as connection:
            return connection.execute(query.encode()).fetchall()

    def run(self, statement: str) -> None:
        """Run one statement of our own."""
        self.stack.postgres.execute(DATABASE, statement)
