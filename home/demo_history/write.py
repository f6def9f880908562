"""The stories as rows: bookings, payments, their transitions with the audit trail, e-mails and visits."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from home.demo_history.plan import Plan, Story
from payments.enums import (
    AttemptOutcome,
    Method,
    OfflineKind,
    PaymentStatus,
    Purpose,
    RefundReason,
    RefundStatus,
)
from payments.models import OfflineReceipt, Payment, PaymentAttempt, PaymentTransition, Refund
from portal.activity.models import Activity, ActivityEvent
from portal.audit.actor import Actor, Source, SystemActor
from portal.audit.models import AuditEvent, Transition
from portal.bookings.enums import OVER, BookingStatus
from portal.bookings.models import Booking, BookingTransition, Session
from portal.caregivers.models import Caregiver
from portal.media_library.enums import PLAYABLE
from portal.media_library.models import MediaItem
from portal.notifications.models import Notification, NotificationStatus

BATCH: Final = 500
SEED: Final = Actor.system(SystemActor.SEED)
WHO: Final = {"actor_kind": SEED.kind, "actor_id": SEED.id, "source": Source.STAFF}


def write(stories: list[Story], plan: Plan) -> None:
    """Everything, in the order of its keys."""
    _insert(Booking, (story.booking for story in stories))
    payments = [(story, payment) for story in stories for payment in _payments(story)]
    _insert(Payment, (payment for _, payment in payments))
    changes: list[Transition] = [change for story in stories for change in _booking_changes(story)]
    changes += [change for story, payment in payments for change in _payment_changes(story, payment)]
    changes.sort(key=lambda change: change.occurred_at)
    _insert(BookingTransition, (change for change in changes if isinstance(change, BookingTransition)))
    _insert(PaymentTransition, (change for change in changes if isinstance(change, PaymentTransition)))
    _insert(AuditEvent, map(_audited, changes))
    _insert(PaymentAttempt, (attempt for story, payment in payments for attempt in _attempts(story, payment)))
    _insert(OfflineReceipt, (_receipt(payment) for _, payment in payments if payment.captured_amount))
    _insert(Refund, (_refund(story, payment) for story, payment in payments if payment.refunded_amount))
    _insert(Notification, (mail for story in stories for mail in _mails(story, plan)))
    _insert(ActivityEvent, (visit for story in stories for visit in _visits(story, plan)))
    library = list(MediaItem.objects.filter(kind__in=PLAYABLE))
    _insert(ActivityEvent, (play for story in stories for play in _plays(story, plan, library)))
    for session in plan.sessions:
        session.held = plan.held[session.pk]
    Session.objects.bulk_update([s for s in plan.sessions if s.held], ["held"], batch_size=BATCH)
    _count()


def _count() -> None:
    """PostgreSQL would plan for empty tables until it looks by itself, and the roll-ups are computed before that."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _insert(model: type[Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def _payments(story: Story) -> Iterator[Payment]:
    """The deposit, and the balance of whoever came."""
    booking, paid_at = story.booking, story.paid_at
    opened_at = booking.created_at + timedelta(seconds=20)
    yield Payment(
        booking=booking,
        purpose=Purpose.DEPOSIT,
        method=Method.OFFLINE,
        amount=booking.deposit_amount,
        currency=booking.currency,
        status=_deposit_status(story),
        captured_amount=booking.deposit_amount if paid_at else 0,
        refunded_amount=story.refunded,
        created_at=booking.created_at,
        create_requested_at=opened_at,
        first_attempt_at=story.declines[0][0] if story.declines else paid_at,
        succeeded_at=paid_at,
    )
    if booking.status == BookingStatus.COMPLETED:
        due = booking.price_amount - booking.deposit_amount
        at = booking.session.starts_at
        yield Payment(
            booking=booking, purpose=Purpose.BALANCE, method=Method.OFFLINE, amount=due, currency=booking.currency,
            status=PaymentStatus.SUCCEEDED, captured_amount=due, created_at=at, first_attempt_at=at, succeeded_at=at,
        )  # fmt: skip


def _deposit_status(story: Story) -> PaymentStatus:
    if story.paid_at is None:
        return PaymentStatus.CANCELLED
    if story.refunded:
        whole = story.refunded == story.booking.deposit_amount
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.SUCCEEDED


def _booking_changes(story: Story) -> Iterator[BookingTransition]:
    booking, status = story.booking, BookingStatus.AWAITING_DEPOSIT
    yield BookingTransition(booking=booking, to_status=status, occurred_at=booking.created_at, **WHO)
    for at, to in ((story.paid_at, BookingStatus.CONFIRMED), (story.ended_at, BookingStatus(booking.status))):
        if at is not None:
            yield BookingTransition(booking=booking, from_status=status, to_status=to, occurred_at=at, **WHO)
            status = to


def _payment_changes(story: Story, payment: Payment) -> Iterator[PaymentTransition]:
    at, status = payment.succeeded_at, PaymentStatus.PENDING
    first = PaymentStatus.SUCCEEDED if at else PaymentStatus.CANCELLED
    yield PaymentTransition(
        payment=payment, from_status=status, to_status=first, occurred_at=at or story.over_at, reason="paid_otherwise"
        if at else "", **WHO,
    )  # fmt: skip
    if payment.refunded_amount:
        yield PaymentTransition(
            payment=payment, from_status=first, to_status=payment.status, occurred_at=story.over_at, **WHO
        )


def _audited(change: Transition) -> AuditEvent:
    """The audit row that goes with a change of state."""
    of_booking = isinstance(change, BookingTransition)
    subject = change.booking if of_booking else change.payment  # type: ignore[attr-defined]
    made = of_booking and not change.from_status
    return AuditEvent(
        occurred_at=change.occurred_at,
        action="booking.made" if made else f"{subject._meta.model_name}.moved",
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        data={"from": change.from_status, "to": change.to_status, "reason": change.reason},
        **WHO,
    )


def _attempts(story: Story, payment: Payment) -> Iterator[PaymentAttempt]:
    name = f"card-machine-{payment.pk}"
    if payment.purpose == Purpose.DEPOSIT:
        for n, (at, reason) in enumerate(story.declines):
            yield PaymentAttempt(
                payment=payment, outcome=AttemptOutcome.FAILED, code="card_declined", decline_code=reason,
                reference=f"{name}-{n}", occurred_at=at,
            )  # fmt: skip
    if payment.succeeded_at:
        yield PaymentAttempt(
            payment=payment, outcome=AttemptOutcome.SUCCEEDED, reference=name, occurred_at=payment.succeeded_at
        )


def _receipt(payment: Payment) -> OfflineReceipt:
    at = payment.succeeded_at or payment.created_at
    return OfflineReceipt(payment=payment, kind=OfflineKind.CARD_MACHINE, received_on=at.date(), occurred_at=at)


def _refund(story: Story, payment: Payment) -> Refund:
    at = story.over_at
    return Refund(
        payment=payment, amount=payment.refunded_amount, believed_balance=payment.captured_amount,
        reason=RefundReason.CANCELLATION, status=RefundStatus.SUCCEEDED, created_at=at, settled_at=at,
    )  # fmt: skip


def _mails(story: Story, plan: Plan) -> Iterator[Notification]:
    booking = story.booking
    gone = booking.status in OVER
    remind, tomorrow = booking.created_at + timedelta(minutes=15), booking.session.starts_at - timedelta(hours=24)
    if story.paid_at is None or story.paid_at > remind:
        yield _mail(booking, "hold_ending", remind)
    if story.paid_at is not None:
        yield _mail(booking, "deposit_received", story.paid_at)
        yield _mail(booking, "booking_confirmed", story.paid_at)
    if gone:
        yield _mail(booking, f"booking_{booking.status}", story.over_at)
    elif booking.created_at < tomorrow < plan.moment:
        yield _mail(booking, "session_tomorrow", tomorrow)


def _mail(booking: Booking, template: str, at: datetime) -> Notification:
    caregiver: Caregiver = booking.caregiver
    return Notification(
        template=template, recipient=caregiver.user, to=caregiver.user.email, about=f"booking:{booking.pk}",
        dedupe_key=f"{template}:history:{booking.pk}", created_at=at,
        status=NotificationStatus.SENT, sent_at=at + timedelta(seconds=3),
    )  # fmt: skip


def _visits(story: Story, plan: Plan) -> Iterator[ActivityEvent]:
    """Their own way to the booking, and that of others who only looked."""
    booking, chance = story.booking, plan.chance
    service, began = booking.session.service_id, booking.created_at
    own = [(Activity.SERVICE_VIEWED, 6), (Activity.BOOKING_STARTED, 3), (Activity.DEPOSIT_PAGE_OPENED, 0)]
    others = [(Activity.SERVICE_VIEWED, chance.uniform(1, 300)) for _ in range(chance.randint(1, 4))]
    others += [(Activity.BOOKING_STARTED, chance.uniform(1, 300))] if chance.random() < 0.3 else []
    visitor = f"family-{booking.caregiver_id}"
    for n, (activity, minutes) in enumerate(own + others):
        yield ActivityEvent(
            occurred_at=began - timedelta(minutes=minutes), activity=activity, service_id=service,
            visitor=visitor if n < len(own) else f"guest-{booking.pk}-{n}",
        )  # fmt: skip


def _plays(story: Story, plan: Plan, library: list[MediaItem]) -> Iterator[ActivityEvent]:
    """Some look for something in the library while they wait for their session."""
    chance = plan.chance
    if not library or chance.random() > 0.6:
        return
    item = chance.choice(library)
    length = round(item.duration_seconds or 60)
    watched = length if chance.random() < 0.55 else round(length * chance.uniform(0.1, 0.9))
    end = Activity.MEDIA_COMPLETED if watched == length else Activity.MEDIA_STOPPED
    for activity, seconds in ((Activity.MEDIA_PLAYED, 0), (end, watched)):
        yield ActivityEvent(
            occurred_at=story.booking.created_at - timedelta(minutes=20) + timedelta(seconds=seconds),
            activity=activity, object_id=item.slug[:64], visitor=f"family-{story.booking.caregiver_id}",
            seconds=seconds,
        )  # fmt: skip
