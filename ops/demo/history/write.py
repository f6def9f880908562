"""The stories as rows: bookings, payments, their transitions with the audit trail, emails and visits."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection
from django.db.models import Model

from ops.demo.history.differences import Planted, plant
from ops.demo.history.past import PastStripe
from ops.demo.history.pay import LEARNT, Paid, pay_all
from ops.demo.history.plan import Plan, Story
from payments.domain.event_types import KNOWN_TYPES
from payments.domain.inbox import event_from
from payments.enums import (
    AttemptOutcome,
    LedgerState,
    Method,
    OfflineKind,
    PaymentStatus,
    Purpose,
    RefundReason,
    RefundStatus,
)
from payments.models import (
    Dispute,
    OfflineReceipt,
    Payment,
    PaymentAttempt,
    PaymentTransition,
    ReceivedEvent,
    Refund,
)
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
# A month of events would keep the demo's first minutes busy.
MIRROR_PACE: Final = timedelta(seconds=1)
MIRROR_FROM: Final = timedelta(minutes=5)
SEED: Final = Actor.system(SystemActor.SEED)
# The way each change comes in where nobody makes it up.
BOOKING_SOURCES: Final = {
    BookingStatus.AWAITING_DEPOSIT: Source.CAREGIVER,
    BookingStatus.CONFIRMED: Source.WEBHOOK,
    BookingStatus.CANCELLED: Source.CAREGIVER,
    BookingStatus.EXPIRED: Source.SCHEDULE,
}


def write(stories: list[Story], plan: Plan, stripe: PastStripe) -> None:
    """Everything, in the order of its keys."""
    _insert(Booking, (story.booking for story in stories))
    payments = [paid for story in stories for paid in _payments(story)]
    plant([paid for paid in payments if not paid.story.of_an_account], plan.moment)
    for paid in payments:
        if paid.planted == Planted.LOST_PAYMENT:
            _forget_success(paid.payment)
    _insert(Payment, (paid.payment for paid in payments))
    for paid in payments:
        if paid.payment.refunded_amount:
            paid.refund = _refund(paid)
    refunds = [paid.refund for paid in payments if paid.refund is not None]
    _insert(Refund, refunds)
    _insert(Dispute, pay_all(payments, stripe, plan.moment))
    _update(Payment, (paid.payment for paid in payments if paid.by_stripe), LEARNT)
    _update(Refund, refunds, ("stripe_refund_id", "balance_transaction_id"))
    changes: list[Transition] = [change for story in stories for change in _booking_changes(story)]
    changes += [change for paid in payments for change in _payment_changes(paid)]
    changes.sort(key=lambda change: change.occurred_at)
    _insert(BookingTransition, (change for change in changes if isinstance(change, BookingTransition)))
    _insert(PaymentTransition, (change for change in changes if isinstance(change, PaymentTransition)))
    _insert(AuditEvent, map(_audited, changes))
    _insert(PaymentAttempt, (attempt for paid in payments for attempt in _attempts(paid)))
    offline = (paid.payment for paid in payments if not paid.by_stripe)
    _insert(OfflineReceipt, (_receipt(payment) for payment in offline if payment.captured_amount))
    _insert(Notification, (mail for story in stories for mail in _mails(story, plan)))
    _insert(ActivityEvent, (visit for story in stories for visit in _visits(story, plan)))
    library = list(MediaItem.objects.filter(kind__in=PLAYABLE))
    _insert(ActivityEvent, (play for story in stories for play in _plays(story, plan, library)))
    for session in plan.sessions:
        session.held = plan.held[session.pk]
    _update(Session, (s for s in plan.sessions if s.held), ("held",))
    _count()


def write_events(stripe: PastStripe, moment: datetime) -> None:
    """What webhooks brought, payouts among them: once everything has happened at Stripe."""
    _insert(ReceivedEvent, _received(stripe, moment))


def _count() -> None:
    """PostgreSQL would plan for empty tables until it looks by itself, and the roll-ups are computed before that."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _insert(model: type[Model], rows: Iterable[Any]) -> None:
    model._default_manager.bulk_create(list(rows), batch_size=BATCH)


def _update(model: type[Model], rows: Iterable[Any], names: Sequence[str]) -> None:
    """By inserting over them: bulk_update() takes ten times as long for as many rows."""
    model._default_manager.bulk_create(
        list(rows), batch_size=BATCH, update_conflicts=True, unique_fields=["id"], update_fields=names
    )


def _payments(story: Story) -> Iterator[Paid]:
    """The deposit, and the balance of whoever came."""
    booking, paid_at = story.booking, story.paid_at
    opened_at = booking.created_at + timedelta(seconds=20)
    deposit = Payment(
        booking=booking,
        purpose=Purpose.DEPOSIT,
        method=Method.OFFLINE if story.by_phone else Method.STRIPE,
        amount=booking.deposit_amount,
        currency=booking.currency,
        status=_deposit_status(story),
        captured_amount=booking.deposit_amount if paid_at else 0,
        refunded_amount=story.refunded,
        created_at=booking.created_at,
        create_requested_at=opened_at,
        first_attempt_at=story.declines[0][0] if story.declines else paid_at,
        succeeded_at=paid_at,
        known_at=paid_at,
        **_written(booking),
    )
    yield Paid(story, deposit, paid_at)
    if booking.status == BookingStatus.COMPLETED:
        due = booking.price_amount - booking.deposit_amount
        at = story.balance_paid_at or booking.session.starts_at
        balance = Payment(
            booking=booking,
            purpose=Purpose.BALANCE,
            amount=due,
            currency=booking.currency,
            method=Method.STRIPE if story.balance_paid_at else Method.OFFLINE,
            status=PaymentStatus.SUCCEEDED,
            captured_amount=due,
            created_at=at - timedelta(minutes=2),
            create_requested_at=at - timedelta(minutes=2),
            first_attempt_at=at,
            succeeded_at=at,
            known_at=at,
            **_written(booking),
        )
        yield Paid(story, balance, at)


def _written(booking: Booking) -> dict[str, Any]:
    """What the checkout writes into each payment."""
    return {
        "receipt_email": booking.caregiver.user.email,
        "metadata": {"booking_reference": booking.reference},
    }


def _forget_success(payment: Payment) -> None:
    payment.status, payment.captured_amount = PaymentStatus.PENDING, 0
    payment.first_attempt_at = payment.succeeded_at = payment.known_at = None


def _received(stripe: PastStripe, moment: datetime) -> Iterator[ReceivedEvent]:
    """The events that Stripe still keeps, as webhooks brought them; the mirror takes them one by one, newest first."""
    told = [event for event in reversed(stripe.events()) if event["type"] in KNOWN_TYPES]
    for number, event in enumerate(told):
        received = event_from(event)
        received.received_at = received.applied_at = received.created_at + timedelta(seconds=1)
        received.ledger_state = LedgerState.APPLIED
        received.mirror_due_at = moment + MIRROR_FROM + MIRROR_PACE * number
        yield received


def _deposit_status(story: Story) -> PaymentStatus:
    if story.paid_at is None:
        return PaymentStatus.CANCELLED
    if story.refunded:
        whole = story.refunded == story.booking.deposit_amount
        return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED
    return PaymentStatus.SUCCEEDED


def _who(booking: Booking, source: Source) -> dict[str, str]:
    """Who a change is by, when it came in by `source`."""
    actors = {Source.CAREGIVER: Actor.user(booking.caregiver.user), Source.WEBHOOK: Actor.stripe()}
    by = actors.get(source, SEED)
    return {"actor_kind": by.kind, "actor_id": by.id, "source": source}


def _booking_changes(story: Story) -> Iterator[BookingTransition]:
    booking, status = story.booking, ""
    changes = (
        (booking.created_at, BookingStatus.AWAITING_DEPOSIT),
        (story.paid_at, BookingStatus.CONFIRMED),
        (story.ended_at, BookingStatus(booking.status)),
    )
    for at, to in changes:
        if at is not None:
            who = _who(booking, BOOKING_SOURCES.get(to, Source.STAFF))
            yield BookingTransition(booking=booking, from_status=status, to_status=to, occurred_at=at, **who)
            status = to


def _payment_changes(paid: Paid) -> Iterator[PaymentTransition]:
    payment, over_at = paid.payment, paid.story.over_at
    at, status = payment.succeeded_at, PaymentStatus.PENDING
    if payment.status == status:
        return
    first = PaymentStatus.SUCCEEDED if at else PaymentStatus.CANCELLED
    told, by_hand = _who(payment.booking, Source.WEBHOOK), _who(payment.booking, Source.STAFF)
    yield PaymentTransition(
        payment=payment,
        from_status=status,
        to_status=first,
        occurred_at=at or over_at,
        reason="paid_otherwise" if at and not paid.by_stripe else "",
        **(told if paid.by_stripe else by_hand),
    )
    if payment.refunded_amount:
        yield PaymentTransition(
            payment=payment, from_status=first, to_status=payment.status, occurred_at=over_at, **told
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
        actor_kind=change.actor_kind,
        actor_id=change.actor_id,
        source=change.source,
    )


def _attempts(paid: Paid) -> Iterator[PaymentAttempt]:
    payment = paid.payment
    for declined in paid.declines:
        yield PaymentAttempt(
            payment=payment,
            outcome=AttemptOutcome.FAILED,
            code=declined.code,
            decline_code=declined.decline_code,
            reference=declined.charge_id,
            occurred_at=declined.at,
        )
    if payment.succeeded_at:
        name = payment.charge_id or f"card-machine-{payment.pk}"
        yield PaymentAttempt(
            payment=payment, outcome=AttemptOutcome.SUCCEEDED, reference=name, occurred_at=payment.succeeded_at
        )


def _receipt(payment: Payment) -> OfflineReceipt:
    at = payment.succeeded_at or payment.created_at
    return OfflineReceipt(payment=payment, kind=OfflineKind.CARD_MACHINE, received_on=at.date(), occurred_at=at)


def _refund(paid: Paid) -> Refund:
    payment, at = paid.payment, paid.story.over_at
    return Refund(
        payment=payment,
        amount=payment.refunded_amount,
        believed_balance=payment.captured_amount,
        reason=RefundReason.CANCELLATION,
        status=RefundStatus.SUCCEEDED,
        created_at=at,
        settled_at=at,
        first_sent_at=at if paid.by_stripe else None,
    )


def _mails(story: Story, plan: Plan) -> Iterator[Notification]:
    booking = story.booking
    gone = booking.status in OVER
    remind, tomorrow = booking.created_at + timedelta(minutes=15), booking.session.starts_at - timedelta(hours=24)
    if story.paid_at is None or story.paid_at > remind:
        yield _mail(booking, "hold_ending", remind)
    if story.paid_at is not None:
        yield _mail(booking, "booking_confirmed", story.paid_at)
    if gone:
        yield _mail(booking, f"booking_{booking.status}", story.over_at)
    elif booking.created_at < tomorrow < plan.moment:
        yield _mail(booking, "session_tomorrow", tomorrow)


def _mail(booking: Booking, template: str, at: datetime) -> Notification:
    caregiver: Caregiver = booking.caregiver
    return Notification(
        template=template,
        recipient=caregiver.user,
        to=caregiver.user.email,
        about=f"booking:{booking.pk}",
        dedupe_key=f"{template}:history:{booking.pk}",
        created_at=at,
        status=NotificationStatus.SENT,
        sent_at=at + timedelta(seconds=3),
    )


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
            occurred_at=began - timedelta(minutes=minutes),
            activity=activity,
            service_id=service,
            visitor=visitor if n < len(own) else f"guest-{booking.pk}-{n}",
        )


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
            activity=activity,
            object_id=item.slug[:64],
            visitor=f"family-{story.booking.caregiver_id}",
            seconds=seconds,
        )
