"""How the sandbox misbehaves on command. Everything is off until `/_control/faults` turns it on."""

import random
from dataclasses import asdict, dataclass, field, fields
from typing import Any, TypeVar


class FaultError(ValueError):
    """A fault that does not exist or has the wrong type."""


@dataclass
class WebhookFaults:
    paused: bool = False  # hold deliveries until `/_control/release`
    duplicate: int = 0  # extra copies of every delivery
    shuffle: bool = False  # gather deliveries for a moment and send them in random order
    drop: int | float = 0  # an integer drops the next n for good, a fraction each with that chance
    delay_ms: int = 0  # wait before each first attempt


@dataclass
class ApiFaults:
    latency_ms: int = 0  # wait before every answer
    fail_next: int = 0  # answer the next n requests with `status`
    status: int = 500
    hang_next: int = 0  # hold the next n connections for a minute without answering
    lose_reply_next: int = 0  # do the work of the next n POSTs, then drop the connection
    rate_limit_per_s: int = 0  # 429 above this many requests a second; 0 is no limit
    path: str = ""  # only requests whose path starts so are failed, hung or lost


@dataclass
class Faults:
    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    api: ApiFaults = field(default_factory=ApiFaults)
    seed: int | None = None  # makes drop and shuffle repeatable
    dice: random.Random = field(default_factory=random.Random, repr=False)

    def update(self, wanted: Any) -> None:
        """Applies a partial update, all of it or (raising FaultError) nothing."""
        if not isinstance(wanted, dict) or not wanted.keys() <= {"webhooks", "api", "seed"}:
            raise FaultError("expected an object with webhooks, api or seed")
        webhooks = _checked(self.webhooks, wanted.get("webhooks", {}))
        api = _checked(self.api, wanted.get("api", {}))
        if "seed" in wanted:
            self.seed = wanted["seed"]
            self.dice.seed(self.seed)
        self.webhooks, self.api = webhooks, api

    def clear(self) -> None:
        self.webhooks, self.api, self.seed = WebhookFaults(), ApiFaults(), None

    def shown(self) -> dict[str, Any]:
        return {"webhooks": asdict(self.webhooks), "api": asdict(self.api), "seed": self.seed}

    def takes(self, name: str, path: str) -> bool:
        """Whether a counted API fault hits this request; one of the count is then used up."""
        left = getattr(self.api, name)
        if left <= 0 or not path.startswith(self.api.path):
            return False
        setattr(self.api, name, left - 1)
        return True

    def drops(self) -> bool:
        """Whether the next delivery is lost."""
        drop = self.webhooks.drop
        if isinstance(drop, float):
            return self.dice.random() < drop
        self.webhooks.drop = max(0, drop - 1)
        return drop > 0


_Part = TypeVar("_Part", WebhookFaults, ApiFaults)


def _checked(current: _Part, wanted: Any) -> _Part:
    if not isinstance(wanted, dict):
        raise FaultError("webhooks and api are objects")
    known = {one.name: getattr(current, one.name) for one in fields(current)}
    for name, value in wanted.items():
        if name not in known:
            raise FaultError(f"no fault is called {name!r}; there are {', '.join(known)}")
        known[name] = _value(name, value, known[name])
    return type(current)(**known)


def _value(name: str, value: Any, current: Any) -> Any:
    if value is None:
        return type(current)()
    if name == "drop" and value is True:
        return 1.0
    if isinstance(current, str):
        valid = isinstance(value, str)
    elif isinstance(current, bool):
        valid = isinstance(value, bool)
    else:
        value = int(value) if isinstance(value, bool) else value
        numbers = (int, float) if name == "drop" else (int,)
        valid = isinstance(value, numbers) and value >= 0
    if not valid:
        raise FaultError(f"{name} cannot be {value!r}")
    return value
