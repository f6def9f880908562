"""What a step of the plan does to the running stack."""

import os
import signal
from collections.abc import Callable
from typing import Final

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


def _end_holds(world: World) -> None:
    """As if the time to pay were over for everybody who has not paid."""
    world.run("UPDATE bookings_booking SET hold_expires_at = now() WHERE status = 'awaiting_deposit'")
    world.ring("payments.tasks.expire_holds")


ACTIONS: Final[dict[str, Callable[..., None]]] = {
    "seed": lambda world, seed: world.stack.sandbox.faults(seed=seed),
    "kill": World.kill,
    "kill_child": _kill_child,
    "start": World.start,
    "crash_postgres": lambda world: world.stack.postgres.stop(Stop.IMMEDIATE),
    "start_postgres": lambda world: world.stack.postgres.start(),
    "crash_redis": lambda world: world.stack.redis.program.kill(),
    "start_redis": lambda world: world.stack.redis.start(),
    "flush_redis": lambda world: world.stack.redis.flush(),
    "api": lambda world, **faults: world.stack.sandbox.faults(api=faults),
    "webhooks": lambda world, **faults: world.stack.sandbox.faults(webhooks=faults),
    "end_holds": _end_holds,
    "reconcile": lambda world: world.ring("payments.tasks.reconcile"),
}
