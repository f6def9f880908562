"""The worker's privacy work."""

from celery import shared_task

from portal.caregivers import erasure


@shared_task(name="portal.caregivers.tasks.erase_waiting")
def erase_waiting() -> int:
    """Erase who asked for it."""
    return erasure.erase_waiting()


@shared_task(name="portal.caregivers.tasks.erase_again")
def erase_again() -> int:
    """What came in about somebody after they were erased."""
    return erasure.erase_again()
