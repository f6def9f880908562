"""Bookings by reference, or by the family."""

from typing import TYPE_CHECKING

from django.db.models import Q

from portal.bookings.models import Booking, Service
from portal.bookings.models.booking import REFERENCE
from portal.caregivers.search import families
from portal.common.search import MOST_FAMILIES, Keys, Term, keys_of, once

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User


@once
def booking_keys(term: Term, by: "User | AnonymousUser") -> list[int]:
    """Keys of the bookings that `term` stands for; some thousand at most."""
    if REFERENCE.fullmatch(term.reference):
        return keys_of(Booking.objects.filter(reference=term.reference))
    wanted = Q(caregiver__in=families(term, by).keys)
    if term.reference:
        wanted |= Q(reference__startswith=term.reference)
    return keys_of(Booking.objects.filter(wanted))


def bookings(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on bookings."""
    return Q(pk__in=booking_keys(term, by))


def sessions(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on sessions: those of the services that are named so."""
    return Q(service__in=Service.objects.filter(name__icontains=term.text).values("pk"))


def subjects(term: Term, by: "User | AnonymousUser") -> Keys:
    """Bookings, the latest, for emails and the audit trail."""
    return {"bookings.booking": sorted(booking_keys(term, by), reverse=True)[:MOST_FAMILIES]}
