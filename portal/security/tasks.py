"""Beat's sweeps."""

from celery import shared_task

from portal.security import limits


@shared_task(name="portal.security.tasks.sweep_limits")
def sweep_limits() -> int:
    """Delete counters whose time is over; returns how many."""
    return limits.sweep()
