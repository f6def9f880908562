"""Which deposits came how far: what the funnel counts, and what finance's listing narrows to."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from payments.enums import CAPTURED, Reached
from portal.bookings.enums import BookingStatus

_PAID: Final = Q(status__in=CAPTURED)
_ATTEMPT: Final = _PAID | Q(first_attempt_at__isnull=False)
REACHED: Final[Mapping[Reached, Q]] = {
    Reached.DEPOSIT_PAGE: _ATTEMPT | Q(create_requested_at__isnull=False),
    Reached.ATTEMPT: _ATTEMPT,
    Reached.PAID: _PAID,
    Reached.ATTENDED: _PAID & Q(booking__status=BookingStatus.COMPLETED),
}
