"""Making a booking: a place is held, the terms are copied, nothing is charged yet."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from portal.audit.actor import Cause
from portal.audit.domain import record
from portal.bookings.domain.capacity import take_place
from portal.bookings.domain.conflicts import refuse_conflicts
from portal.bookings.enums import BookingStatus
from portal.bookings.errors import FormUsed, TooManyHolds
from portal.bookings.metrics import count_transition
from portal.bookings.models import Booking, BookingTransition, Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock


@transaction.atomic
def reserve(
    *,
    session: Session,
    caregiver: Caregiver,
    care_recipient: CareRecipient,
    cause: Cause,
    notes: str = "",
    token: UUID | None = None,
    hold_minutes: int | None = None,
    accepted: Collection[str] = (),
) -> Booking:
    """Hold a place in `session`; the same `token` twice returns the first booking.

    `accepted` are references of the person's bookings at the same time that the caregiver knows of.
    Raises FormUsed when the token's booking is of another session or person, or is paid and has other notes,
    AlreadyBooked, TimesOverlap, SessionFull, SessionNotBookable, or TooManyHolds; ValueError when `care_recipient` is
    somebody else's.
    """
    if care_recipient.caregiver_id != caregiver.pk:
        raise ValueError("the care recipient is not this caregiver's")
    Caregiver.objects.select_for_update(no_key=True).get(pk=caregiver.pk)  # one booking at a time each
    if token and (existing := Booking.objects.filter(token=token).first()):
        if existing.caregiver_id == caregiver.pk:
            existing = _same(existing, session, care_recipient)
            _keep_notes(existing, notes, cause=cause)
            return existing
        token = None  # the form was somebody else's: a booking of its own
    Session.objects.select_for_update(no_key=True).get(pk=session.pk)  # nobody moves a booking into it meanwhile
    refuse_conflicts(care_recipient, session, accepted=accepted)
    if Booking.objects.filter(caregiver=caregiver).open_holds().count() >= settings.BOOKING_MAX_OPEN_HOLDS:
        raise TooManyHolds(settings.BOOKING_MAX_OPEN_HOLDS)
    take_place(session.pk)
    booking = _insert(session, caregiver, care_recipient, notes, token, hold_minutes)
    BookingTransition.objects.create(
        booking=booking,
        to_status=booking.status,
        actor_kind=cause.actor.kind,
        actor_id=cause.actor.id,
        source=cause.source,
    )
    record("booking.made", booking, cause=cause, data={"session": session.pk})
    count_transition(session.service.slug, "", booking.status)
    return booking


def _same(existing: Booking, session: Session, care_recipient: CareRecipient) -> Booking:
    """The booking that a form made before. Raises FormUsed when the form asks for another one now."""
    if (existing.session_id, existing.care_recipient_id) != (session.pk, care_recipient.pk):
        raise FormUsed
    return existing


def _keep_notes(existing: Booking, notes: str, *, cause: Cause) -> None:
    """What was written after a look back at the form. Raises FormUsed once the booking has gone further."""
    if existing.notes == notes:
        return
    if existing.status != BookingStatus.AWAITING_DEPOSIT:
        raise FormUsed
    existing.notes = notes
    existing.save(update_fields=["notes"])
    record("booking.notes_changed", existing, cause=cause)


def _insert(
    session: Session,
    caregiver: Caregiver,
    care_recipient: CareRecipient,
    notes: str,
    token: UUID | None,
    hold_minutes: int | None,
) -> Booking:
    service = session.service
    moment = clock.now()
    minutes = hold_minutes or service.hold_minutes
    return Booking.objects.create(
        token=token,
        session=session,
        caregiver=caregiver,
        care_recipient=care_recipient,
        notes=notes,
        status=BookingStatus.AWAITING_DEPOSIT,
        price_amount=service.price_amount,
        deposit_amount=service.deposit_amount,
        currency=service.currency,
        policy=service.policy(),
        hold_minutes=minutes,
        created_at=moment,
        hold_expires_at=min(moment + timedelta(minutes=minutes), session.starts_at),
    )
