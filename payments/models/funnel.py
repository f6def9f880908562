"""Deposits by funnel stage: what the funnel counts, and what finance's listing filters by."""

from collections.abc import Mapping
from typing import Final

from django.db.models import Q

from payments.enums import CAPTURED, FunnelStage
from portal.bookings.enums import BookingStatus

_PAID: Final = Q(status__in=CAPTURED)
_ATTEMPT: Final = _PAID | Q(first_attempt_at__isnull=False)
STAGE_FILTERS: Final[Mapping[FunnelStage, Q]] = {
    FunnelStage.DEPOSIT_PAGE: _ATTEMPT | Q(create_requested_at__isnull=False),
    FunnelStage.ATTEMPT: _ATTEMPT,
    FunnelStage.PAID: _PAID,
    FunnelStage.ATTENDED: _PAID & Q(booking__status=BookingStatus.COMPLETED),
}
