"""Bookings stay, for the accounts and the figures; what the caregiver wrote on them goes."""

from collections.abc import Sequence
from typing import Any

from portal.accounts.models import User
from portal.bookings.enums import UPCOMING
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.privacy import erase_about

KEEPS = "Your bookings: service, time, person, notes, price. Without names and notes they are kept for the accounts."


def export(user: User) -> list[dict[str, Any]]:
    """The person's bookings."""
    bookings = Booking.objects.filter(caregiver__user=user).select_related("session__service", "care_recipient")
    return [
        {
            "reference": booking.reference,
            "service": booking.session.service.name,
            "starts": booking.session.starts_local.isoformat(),
            "for": booking.care_recipient.full_name,
            "status": booking.get_status_display(),
            "notes": booking.notes,
            "price": booking.price_amount,
            "deposit": booking.deposit_amount,
            "currency": booking.currency,
            "made": booking.created_at.isoformat(),
        }
        for booking in bookings.order_by("pk")
    ]


def erase(user: User) -> None:
    """Notes go, and the words of every e-mail about these bookings."""
    bookings = Booking.objects.filter(caregiver__user=user)
    erase_about(f"booking:{pk}" for pk in bookings.values_list("pk", flat=True))
    bookings.update(notes="")


def open_matters(user: User) -> Sequence[str]:
    """A booking that is still ahead."""
    ahead = Booking.objects.filter(
        caregiver__user=user, status__in=UPCOMING, session__ends_at__gt=clock.now()
    ).values_list("reference", flat=True)
    return [f"Booking {reference} is still ahead: cancel it first, or ask again after it." for reference in ahead]
