"""What breaks, and when: drawn from the seed alone, so that the same seed breaks the same things at the same times."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

PATHS: Final = ("/v1/payment_intents", "/v1/payment_intents", "/v1/refunds", "/v1/charges", "/v1/")
ALWAYS: Final = ("kill_web", "kill_worker", "crash_postgres", "flush_redis", "lose_replies", "hold_webhooks")
SOME_MORE: Final = 9
FAULTS_IN_A_PLAN: Final = len(ALWAYS) + SOME_MORE


@dataclass(frozen=True, slots=True)
class Step:
    """`at` seconds into the load, do `action` (of ops.chaos.faults) with `arguments`."""

    at: float
    action: str
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        words = " ".join(f"{name}={value}" for name, value in self.arguments.items())
        return f"{self.at:6.2f} s  {self.action} {words}".rstrip()


Draw = Callable[[Random, float], list[Step]]


def _kill(program: str) -> Draw:
    return lambda dice, at: [
        Step(at, "kill", {"program": program}),
        Step(at + dice.uniform(0.1, 1.0), "start", {"program": program}),
    ]


def _kill_child(program: str) -> Draw:
    return lambda dice, at: [Step(at, "kill_child", {"program": program, "child": dice.randrange(4)})]


def _crash(server: str) -> Draw:
    return lambda dice, at: [Step(at, f"crash_{server}"), Step(at + dice.uniform(0.3, 1.5), f"start_{server}")]


def _answer(status: int, most: int) -> Draw:
    return lambda dice, at: [
        Step(at, "api", {"fail_next": dice.randint(2, most), "status": status, "path": dice.choice(PATHS)})
    ]


def _lose_replies(dice: Random, at: float) -> list[Step]:
    return [Step(at, "api", {"lose_reply_next": dice.randint(2, 6), "path": dice.choice(PATHS)})]


def _hang(dice: Random, at: float) -> list[Step]:
    return [Step(at, "api", {"hang_next": dice.randint(1, 3), "path": dice.choice(PATHS)})]


def _webhooks(name: str, draw: Callable[[Random], Any], off: Any) -> Draw:
    """A fault of the deliveries that lasts a while."""
    return lambda dice, at: [
        Step(at, "webhooks", {name: draw(dice)}),
        Step(at + dice.uniform(1.5, 4.0), "webhooks", {name: off}),
    ]


def _once(action: str) -> Draw:
    return lambda dice, at: [Step(at, action)]


FAULTS: Final[dict[str, Draw]] = {
    "kill_web": _kill("web"),
    "kill_worker": _kill("worker"),
    "kill_beat": _kill("beat"),
    "kill_web_child": _kill_child("web"),
    "kill_worker_child": _kill_child("worker"),
    "crash_postgres": _crash("postgres"),
    "crash_redis": _crash("redis"),
    "flush_redis": _once("flush_redis"),
    "lose_replies": _lose_replies,
    "answer_429": _answer(429, 8),
    "answer_500": _answer(500, 4),
    "answer_503": _answer(503, 8),
    "hang": _hang,
    "drop_webhooks": _webhooks("drop", lambda dice: round(dice.uniform(0.2, 0.8), 2), 0),
    "duplicate_webhooks": _webhooks("duplicate", lambda dice: dice.randint(1, 3), 0),
    "shuffle_webhooks": _webhooks("shuffle", lambda dice: True, False),
    "delay_webhooks": _webhooks("delay_ms", lambda dice: dice.randint(200, 3000), 0),
    "hold_webhooks": _webhooks("paused", lambda dice: True, False),
    "end_holds": _once("end_holds"),
    "reconcile": _once("reconcile"),
}


def plan(seed: int, seconds: float) -> list[Step]:
    """The steps of `seed` in order of time; every fault begins within the load's `seconds`.

    The kills, the crash, the flush, lost replies and held webhooks come always, more of all kinds by lot.
    """
    dice = Random(f"plan {seed}")
    names = [*ALWAYS, *(dice.choice(list(FAULTS)) for _ in range(SOME_MORE))]
    steps = [Step(0.0, "seed", {"seed": seed})]
    for name in names:
        at = dice.uniform(0.05, 0.95) * seconds
        steps += FAULTS[name](dice, at)
    return sorted(steps, key=lambda step: step.at)
