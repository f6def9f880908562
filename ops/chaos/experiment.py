"""One seed, from a fresh world to its verdict."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any, Final

from ops.chaos import faults
from ops.chaos.caregiver import Caregiver
from ops.chaos.event_log import EventLog
from ops.chaos.evidence import Evidence, acknowledged, collect
from ops.chaos.oracle import Divergence, judge
from ops.chaos.plan import FAULTS_IN_A_PLAN, Step, plan
from ops.chaos.recovery import recover, sweep
from ops.chaos.scenario import CAREGIVERS
from ops.chaos.staff import Staff
from ops.chaos.world import World

SUPERVISED_EVERY: Final = 0.5  # seconds
PAID: Final = "deposit succeeded"
SOME: Final = 3
SOME_PAY_WITHIN: Final = 60.0
Person = Caregiver | Staff


@dataclass
class Outcome:
    """What a seed came to: figures for people, divergences for the exit code."""

    seed: int
    steps: list[Step]
    figures: dict[str, int] = field(default_factory=dict)
    divergences: list[Divergence] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    log: EventLog = field(default_factory=EventLog)

    @property
    def is_good(self) -> bool:
        """Nothing diverged, and the run itself worked."""
        return not self.divergences and not self.broken

    def as_json(self) -> dict[str, Any]:
        """For the log of the seed."""
        return {
            "seed": self.seed,
            "figures": self.figures,
            "seconds": self.seconds,
            "divergences": [asdict(one) for one in self.divergences],
            "broken": self.broken,
            "plan": [str(step) for step in self.steps],
            "counts": dict(sorted(self.log.counts.items())),
            "events": self.log.entries,
        }


class Experiment:
    """Runs `seed` with `seconds` of load on `world`."""

    def __init__(self, world: World, seed: int, seconds: float) -> None:
        self.world, self.seed, self.seconds = world, seed, seconds
        self.outcome = Outcome(seed, plan(seed, seconds))
        self.evidence = Evidence()

    def run(self) -> Outcome:
        """Begin, load, recover, reconcile once, judge."""
        since = datetime.now(UTC) - timedelta(hours=1)
        over = Event()
        self._timed("begin", self.world.begin)
        self._timed("load", lambda: self._load(self._people(over), over))
        self._timed("recover", lambda: self._recover(since))
        self.outcome.divergences = judge(self.evidence)
        self.outcome.figures = self._figures()
        self.outcome.broken += self.outcome.log.broken
        if not self.outcome.figures["charges"]:
            self.outcome.broken.append("nobody could pay, so nothing is proven: load for longer")
        return self.outcome

    def _timed(self, name: str, part: Callable[[], object]) -> None:
        began = time.monotonic()
        part()
        self.outcome.seconds[name] = round(time.monotonic() - began, 1)

    def _people(self, over: Event) -> list[Person]:
        world, log = self.world, self.outcome.log
        caregivers = [Caregiver(number, self.seed, world, log, over) for number in range(CAREGIVERS)]
        return [*caregivers, Staff(self.seed, world, log, over)]

    def _load(self, people: Sequence[Person], over: Event) -> None:
        threads = [Thread(target=person.live, name=person.name) for person in people]
        for thread in threads:
            thread.start()
        try:
            self._let_some_pay()
            self._break_things(self.outcome.log.begin())
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _let_some_pay(self) -> None:
        """Nothing breaks before there is something to lose."""
        patience = time.monotonic() + SOME_PAY_WITHIN
        while self.outcome.log.counts[PAID] < SOME and time.monotonic() < patience:
            time.sleep(0.1)

    def _break_things(self, began: float) -> None:
        for step in self.outcome.steps:
            self._wait_until(began + step.at)
            kept_from = faults.do(step, self.world)
            self.outcome.log.write("fault", step.action, **step.arguments, kept_from=kept_from)
        self._wait_until(began + self.seconds)

    def _wait_until(self, moment: float) -> None:
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, SUPERVISED_EVERY))
            for name in self.world.supervise():
                self.outcome.log.write("supervisor", f"{name} had ended by itself")

    def _recover(self, since: datetime) -> None:
        recover(self.world)
        sweep(self.world)
        before = acknowledged(self.world)
        report = self.world.manage("reconcile", "--heal", "--since", since.isoformat())
        self.outcome.log.write("reconciliation", "reconciled", **report)
        sweep(self.world)
        with ThreadPoolExecutor(2) as pool:
            commands = [pool.submit(self.world.manage, command) for command in ("check_invariants", "audit_verify")]
        invariants, audit = (command.result() for command in commands)
        broken = [f"{one['invariant']}: {one['subject']}: {one['sentence']}" for one in invariants["violations"]]
        self.evidence = collect(self.world, before, self.outcome.log, broken, audit["findings"])

    def _figures(self) -> dict[str, int]:
        seen, counts = self.evidence, self.outcome.log.counts
        statuses = Counter(booking["status"] for booking in seen.bookings)
        return {
            "events acknowledged": len(seen.acknowledged),
            "events in the inbox": len(seen.inbox),
            "bookings": len(seen.bookings),
            "confirmed": statuses["confirmed"],
            "charges": sum(intent["amount_received"] > 0 for intent in seen.intents),
            "refunds": len(seen.stripe_refunds),
            "disputes": len(seen.stripe_disputes),
            "refused for want of a place": counts["found no place"],
            "faults": FAULTS_IN_A_PLAN,
        }
