"""After the load: everything is mended, the time that leases and back-offs need passes, the sweeps do their work."""

import time
from typing import Final

from kombu.exceptions import OperationalError as BrokerDown

from ops.chaos.world import World

SWEEPS: Final = (
    "payments.tasks.process_inbox",
    "payments.tasks.send_refunds",
    "payments.tasks.expire_holds",
    "payments.tasks.process_session_changes",
    "portal.audit.tasks.seal",
)
# A day passes: leases of the dead and back-offs run out, nobody pays any more, and a refund that Stripe never
# answered is old enough to be sent with a new key. Only while no worker lives, who could still hold a lease.
TIME_PASSES: Final = (
    "UPDATE payments_receivedevent SET leased_until = NULL, due_at = now() WHERE ledger_state = 'received'",
    "UPDATE payments_refund SET leased_until = NULL, due_at = now() WHERE status IN ('requested', 'unknown')",
    "UPDATE payments_refund SET first_sent_at = first_sent_at - interval '25 hours' WHERE status = 'unknown'",
    "UPDATE bookings_booking SET release_due_at = now() WHERE release_due_at IS NOT NULL",
    "UPDATE bookings_booking SET hold_expires_at = now() WHERE status = 'awaiting_deposit'",
    "UPDATE bookings_sessionchange SET leased_until = NULL, due_at = now() WHERE finished_at IS NULL",
    "UPDATE payments_reconciliationrun SET leased_until = now() WHERE state = 'running'",
)
# What the sweeps still have to do; all zero, and it stays so: they are done.
WORK_LEFT: Final = """
    SELECT (SELECT count(*) FROM payments_receivedevent WHERE ledger_state = 'received')
         + (SELECT count(*) FROM payments_refund WHERE status IN ('requested', 'unknown'))
         + (SELECT count(*) FROM bookings_booking WHERE status = 'awaiting_deposit')
         + (SELECT count(*) FROM bookings_sessionchange WHERE finished_at IS NULL)
         + (SELECT count(*) FROM audit_auditevent WHERE sequence IS NULL) AS work"""
DONE_FOR: Final = 2.0  # seconds; the sandbox changes its mind about a refund after one, and tells
AT_MOST: Final = 90.0
RING_EVERY: Final = 2.0


def recover(world: World) -> None:
    """End the faults, settle what banks still think about, let a day pass, start everything."""
    world.stack.postgres.start()
    world.stack.redis.start()
    world.stack.sandbox.calm()
    world.kill("worker")
    for intent in world.stack.sandbox.every("payment_intents"):
        if intent["status"] == "processing":
            world.stack.sandbox.control(f"intents/{intent['id']}", status="succeeded")
    for statement in TIME_PASSES:
        world.run(statement)
    world.start_the_portal()


def sweep(world: World) -> bool:
    """Ring for the sweeps until they have nothing left to do; False when there is still something after AT_MOST."""
    began, idle_since, rung_at = time.monotonic(), 0.0, 0.0
    while (now := time.monotonic()) < began + AT_MOST:
        if now > rung_at + RING_EVERY:
            rung_at = now
            _ring(world)
        if world.rows(WORK_LEFT)[0]["work"]:
            idle_since = 0.0
        else:
            idle_since = idle_since or now
            if now - idle_since >= DONE_FOR:
                return True
        time.sleep(0.2)
    return False


def _ring(world: World) -> None:
    for task in SWEEPS:
        try:
            world.ring(task)
        except BrokerDown:  # beat looks all the same
            return
