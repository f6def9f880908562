"""Beat's sweeps."""

from celery import shared_task

from portal.security import limits, sessions


@shared_task(name="portal.security.tasks.sweep_limits")
def sweep_limits() -> int:
    """Delete counters whose time is over; returns how many."""
    return limits.sweep()


@shared_task(name="portal.security.tasks.sweep_sessions")
def sweep_sessions() -> int:
    """What `clearsessions` does, in batches, and the list of sessions after it; returns how many rows went."""
    return sessions.sweep()
