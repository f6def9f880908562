"""The worker's notification work."""

from celery import shared_task

from portal.notifications.domain.send import send_waiting as deliver


@shared_task(name="portal.notifications.tasks.send_waiting")
def send_waiting() -> int:
    """Hand over what is due; also run by beat, for tasks that were lost."""
    return deliver()
