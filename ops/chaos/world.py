"""The stack that seeds run on, each with a fresh database, a Stripe that knows nothing yet, and empty queues."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, Final

import httpx
import psycopg
from celery import Celery
from psycopg.rows import dict_row

from ops.chaos.browser import Browser
from ops.demo import PASSWORD
from ops.stack.postgres import CRASH_SAFE
from ops.stack.program import printed_json
from ops.stack.stack import DATABASE, Stack

BEGINNING: Final = "chaos_beginning"
# A worker of the web that is killed is forked anew; Stripe may hang for as long as it takes to notice.
SETTINGS: Final = {"GUNICORN_CMD_ARGS": "--preload --timeout 120", "STRIPE_TIMEOUT_SECONDS": "3"}
QUEUE: Final = "portal"
STAFF: Final = "admin@example.com"
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
        self.people = self._made_people()
        self._cookies = self._signed_in()
        self._keep_the_beginning()

    @staticmethod
    def stack_in(var: Path) -> Stack:
        """A stack that is quick to come back; to be entered by the caller."""
        return Stack(
            var, web_workers=3, worker_processes=2, environment=SETTINGS, start_portal=False, safety=CRASH_SAFE
        )

    def _made_people(self) -> People:
        told = printed_json(self.stack.python("-m", "ops.stack.call", "ops.chaos.people:make_people"))
        return People(told["caregivers"], told["sessions"])

    def _signed_in(self) -> dict[str, httpx.Cookies]:
        """Everybody's cookies, by email address: they sign in through the form, once for all seeds."""
        self.start("web")
        self.stack.wait_until_ready()
        cookies = {}
        for email in (STAFF, *(person["email"] for person in self.people.caregivers)):
            browser = Browser(self.stack.portal, Event())
            browser.sign_in(email, PASSWORD)
            cookies[email] = browser.cookies
        self.kill("web")
        return cookies

    def browser(self, email: str, over: Event) -> Browser:
        """A signed-in person's browser."""
        return Browser(self.stack.portal, over, self._cookies[email])

    def _keep_the_beginning(self) -> None:
        """The database with the people becomes the template for each seed's."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
        self.stack.postgres.execute("postgres", f'ALTER DATABASE "{DATABASE}" RENAME TO "{BEGINNING}"')
        if self._heads.exists():
            shutil.copy(self._heads, self._heads.with_suffix(".beginning"))

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

    def manage(self, command: str, *options: str) -> dict[str, Any]:
        """The JSON that a management command prints: it exits 1 when it finds something, and without when it broke.

        Raises RuntimeError with what it said.
        """
        return printed_json(self.stack.manage(command, "--json", *options, check=False))

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
