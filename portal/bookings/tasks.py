"""Beat's booking work."""

from celery import shared_task

from portal.bookings.domain import feedback
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.models import Service


@shared_task(name="portal.bookings.tasks.generate_sessions")
def generate_upcoming_sessions() -> int:
    """Keep the coming weeks filled from each service's availability."""
    return sum(generate_upcoming(service) for service in Service.objects.filter(active=True))


@shared_task(name="portal.bookings.tasks.ask_for_feedback")
def ask_for_feedback() -> int:
    """Ask how yesterday's sessions were."""
    return feedback.ask_for_feedback()
