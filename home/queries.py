"""What the site's pages ask of bookings."""

from typing import Final

from django.db.models import QuerySet

from portal.bookings.models import Service, Session

NEXT_FREE: Final = 6


def services_to_book() -> "QuerySet[Service]":
    """Services that can be booked, each with its page when it has one."""
    services: QuerySet[Service] = Service.objects.filter(active=True).select_related("page__picture")
    return services


def next_free_sessions(service: Service) -> list[Session]:
    """The next sessions of `service` with a free place, soonest first; at most NEXT_FREE."""
    return list(service.sessions.bookable().select_related("service").order_by("starts_at")[:NEXT_FREE])
