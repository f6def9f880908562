"""What every page here does first."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404

from portal.accounts.models import User
from portal.bookings.models import Booking
from portal.bookings.models.booking import REFERENCE


def signed_in(request: HttpRequest) -> User:
    """The caregiver; every view here is behind login_required."""
    assert isinstance(request.user, User)
    return request.user


def own_booking(request: HttpRequest, reference: str) -> Booking:
    """The signed-in caregiver's booking. Raises Http404 for anybody else's, and for what is no reference."""
    if not REFERENCE.fullmatch(reference.upper()):
        raise Http404("not a reference")
    bookings = Booking.objects.of(signed_in(request)).with_details().prefetch_related("payments")
    return get_object_or_404(bookings, reference=reference.upper())
