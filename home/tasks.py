"""Beat's editorial work."""

from celery import shared_task
from django.core.management import call_command


@shared_task(name="home.tasks.publish_scheduled")
def publish_scheduled() -> None:
    """Publish and unpublish what editors scheduled for now."""
    call_command("publish_scheduled")
