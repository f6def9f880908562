"""What a step of the plan does to the running stack."""

import os
import signal
from collections.abc import Callable
from typing import Any, Final

from kombu.exceptions import OperationalError as BrokerDown
from psycopg import OperationalError as DatabaseDown

from ops.chaos.plan import Step
from ops.chaos.world import World
from ops.stack.postgres import Stop


def do(step: Step, world: World) -> str:
    """Do it; says what kept it from being done (a flush of a broker that is down, for example), else nothing."""
    try:
        ACTIONS[step.action](world, **step.arguments)
    except (DatabaseDown, BrokerDown, OSError) as error:
        return type(error).__name__
    return ""


def _kill_child(world: World, program: str, child: int) -> None:
    """One of the processes that do the work; its parent is left to notice."""
    children = world.stack.programs[program].children()
    if children:
        os.kill(children[child % len(children)], signal.SIGKILL)


def _crash_postgres(world: World) -> None:
    world.stack.postgres.stop(Stop.IMMEDIATE)


def _start_postgres(world: World) -> None:
    world.stack.postgres.start()


def _crash_redis(world: World) -> None:
    world.stack.redis.program.kill()


def _start_redis(world: World) -> None:
    world.stack.redis.start()


def _flush_redis(world: World) -> None:
    world.stack.redis.flush()


def _seed(world: World, seed: int) -> None:
    world.stack.sandbox.faults(seed=seed)


def _api(world: World, **faults: Any) -> None:
    world.stack.sandbox.faults(api=faults)


def _webhooks(world: World, **faults: Any) -> None:
    world.stack.sandbox.faults(webhooks=faults)


def _end_holds(world: World) -> None:
    """As if the time to pay were over for everybody who has not paid."""
    world.run("UPDATE bookings_booking SET hold_expires_at = now() WHERE status = 'awaiting_deposit'")
    world.ring("payments.tasks.expire_holds")


def _reconcile(world: World) -> None:
    world.ring("payments.tasks.reconcile")


ACTIONS: Final[dict[str, Callable[..., None]]] = {
    "seed": _seed,
    "kill": World.kill,
    "kill_child": _kill_child,
    "start": World.start,
    "crash_postgres": _crash_postgres,
    "start_postgres": _start_postgres,
    "crash_redis": _crash_redis,
    "start_redis": _start_redis,
    "flush_redis": _flush_redis,
    "api": _api,
    "webhooks": _webhooks,
    "end_holds": _end_holds,
    "reconcile": _reconcile,
}
