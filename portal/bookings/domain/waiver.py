"""Staff waive a booking's cancellation terms: from then on cancelling refunds everything that was paid."""

from django.db import transaction
from django.utils.translation import gettext as _

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.transitions import locked
from portal.bookings.enums import UPCOMING, WaiverReason
from portal.bookings.errors import WaiverRefused
from portal.bookings.models import Booking, SessionChange
from portal.common import clock


@transaction.atomic
def waive_terms(booking_id: int, *, reason: WaiverReason, cause: Cause) -> Booking:
    """Waive them, with the reason in the audit trail.

    Raises WaiverRefused: over, begun, waived already, or its session is being moved, which waives them by itself.
    """
    booking = locked(booking_id)
    if booking.status not in UPCOMING or booking.session.starts_at <= clock.now():
        raise WaiverRefused(_("This booking can’t be cancelled any more, so there are no terms to waive."))
    if booking.terms_waived_at is not None:
        raise WaiverRefused(_("The cancellation terms have already been waived."))
    if SessionChange.objects.filter(session=booking.session_id, finished_at=None).exists():
        raise WaiverRefused(_("This session is being changed. Try again in a minute."))
    booking.terms_waived_at = clock.now()
    booking.save(update_fields=["terms_waived_at"])
    record("booking.terms_waived", booking, cause=cause, data={"reason": reason.value})
    return booking
