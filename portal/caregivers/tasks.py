"""The worker's privacy work."""

from celery import shared_task

from portal.caregivers import clearing, erasure


@shared_task(name="portal.caregivers.tasks.erase_waiting")
def erase_waiting() -> int:
    """Erase who asked for it."""
    return erasure.erase_waiting()


@shared_task(name="portal.caregivers.tasks.erase_again")
def erase_again() -> int:
    """What came in about somebody after they were erased."""
    return erasure.erase_again()


@shared_task(name="portal.caregivers.tasks.clear_old_data")
def clear_old_data() -> int:
    """What is kept no longer, by every app's rules; returns how many rows changed."""
    return sum(clearing.clear_old_data().values())
