"""Beat's booking work."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings

from portal.bookings.domain.availability import generate_sessions
from portal.bookings.models import Service
from portal.common import clock


@shared_task(name="portal.bookings.tasks.generate_sessions")
def generate_upcoming_sessions() -> int:
    """Keep the coming weeks filled from each service's availability."""
    today = clock.now().date()
    last = today + timedelta(weeks=settings.BOOKING_HORIZON_WEEKS)
    services = Service.objects.filter(active=True)
    return sum(generate_sessions(service, first=today, last=last) for service in services)
