"""What pages show: reads only, as dataclasses. Ownership is in every query."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from babel import Locale
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext
from django.utils.translation import gettext_lazy as _

from payments.domain.payable import is_payable
from payments.domain.pricing import amount_for, balance_due
from payments.domain.refunds.followups import awaits_bank, charged_back, last_task
from payments.enums import CAPTURED, REFUND_RESERVED, DiscrepancyStatus, PaymentStatus, Purpose, RefundStatus
from payments.models import Payment, Refund
from portal.audit.actor import ActorKind, SystemActor
from portal.bookings.domain.history import Move, moves_of
from portal.bookings.domain.reschedule import movable_until
from portal.bookings.enums import OWES_BALANCE, BookingStatus, SessionStatus
from portal.bookings.models import Booking, BookingTransition
from portal.common import clock, when
from portal.common.money import formatted

if TYPE_CHECKING:
    from portal.accounts.models import User

SHOWN_AT_ONCE: Final = 100
BANKS_CHECK: Final = timedelta(hours=1)


def is_paying(user: "User") -> bool:
    """Whether the person's bank is checking a payment of theirs, or Stripe is on it, since an hour at most."""
    checked = (PaymentStatus.REQUIRES_ACTION, PaymentStatus.PROCESSING)
    own = Payment.objects.filter(booking__caregiver__user=user, status__in=checked)
    return own.filter(updated_at__gt=clock.now() - BANKS_CHECK).exists()


@dataclass(frozen=True, slots=True)
class BookingRow:
    """A booking as pages show it. Amounts in minor units; local times are in the service's zone."""

    reference: str
    service_name: str
    starts_local: datetime
    ends_local: datetime
    person_name: str
    location: str
    status: str
    status_label: str
    amount_due: int
    currency: str
    can_pay: bool
    can_cancel: bool
    has_receipt: bool
    hold_expires_at: datetime | None
    hold_seconds_left: int | None
    is_upcoming: bool
    pay_url: str
    cancel_url: str
    receipt_url: str
    detail_url: str
    balance_due: int = 0
    can_pay_balance: bool = False
    balance_url: str = ""
    can_move: bool = False
    move_url: str = ""
    processing_amount: int = 0

    @property
    def hold_minutes_left(self) -> int | None:
        """For the last hour of a hold: the minutes that have begun, never 0; None before and without one."""
        if self.hold_seconds_left is None or self.hold_seconds_left > 3600:
            return None
        return max(1, ceil(self.hold_seconds_left / 60))


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One change of a booking's state, as the caregiver reads it."""

    at: datetime
    label: str
    by_label: str


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """One payment or refund of a booking. `amount` in minor units."""

    purpose_label: str
    amount: int
    currency: str
    status: str
    status_label: str
    at: datetime


_PAY_PAGE: Final = {Purpose.DEPOSIT: "payments:deposit", Purpose.BALANCE: "payments:balance"}


def row(booking: Booking, purpose: Purpose = Purpose.DEPOSIT) -> BookingRow:
    """`booking` (with details and payments loaded) as a row; no query. What is due, and where, is for `purpose`."""
    session, reference = booking.session, booking.reference
    zone = ZoneInfo(session.service.time_zone)
    processing = {payment.purpose: payment.amount for payment in booking.payments.all() if _is_processing(payment)}
    can_pay = is_payable(booking) and Purpose.DEPOSIT not in processing
    paid = [p for p in booking.payments.all() if p.status in CAPTURED and not p.was_taken_back]
    return BookingRow(
        reference=reference,
        service_name=session.service.name,
        starts_local=session.starts_local,
        ends_local=session.ends_local,
        person_name=booking.care_recipient.full_name,
        location=session.service.location,
        status=booking.status,
        status_label=_status_label(booking, processing),
        amount_due=amount_for(booking, purpose),
        currency=booking.currency,
        can_pay=can_pay,
        can_cancel=_can_cancel(booking),
        has_receipt=bool(paid),
        hold_expires_at=booking.hold_expires_at.astimezone(zone) if booking.hold_expires_at else None,
        hold_seconds_left=seconds_left(booking) if can_pay else None,
        is_upcoming=booking.is_upcoming,
        pay_url=reverse(_PAY_PAGE[purpose], args=[reference]),
        cancel_url=reverse("home:cancel", args=[reference]),
        receipt_url=reverse("payments:receipt", args=[reference]),
        detail_url=reverse("home:booking", args=[reference]),
        balance_due=balance_due(booking) if booking.status in OWES_BALANCE else 0,
        can_pay_balance=is_payable(booking, Purpose.BALANCE) and Purpose.BALANCE not in processing,
        balance_url=reverse("payments:balance", args=[reference]),
        can_move=movable_until(booking) is not None,
        move_url=reverse("home:move", args=[reference]),
        processing_amount=sum(processing.values()),
    )


def _status_label(booking: Booking, processing: dict[str, int]) -> str:
    if Purpose.DEPOSIT in processing and booking.status == BookingStatus.AWAITING_DEPOSIT:
        return gettext("Payment being processed")
    return str(BookingStatus(booking.status).label)


def _is_processing(payment: Payment) -> bool:
    """Sent to the bank, which has not answered: whoever paid must not be asked to pay again."""
    return payment.status == PaymentStatus.PROCESSING


def _can_cancel(booking: Booking) -> bool:
    session = booking.session
    if booking.release_requested_at is not None or session.status == SessionStatus.CANCELLED:
        return False
    if session.starts_at <= clock.now():
        return False
    return booking.status in (BookingStatus.AWAITING_DEPOSIT, BookingStatus.CONFIRMED)


def seconds_left(booking: Booking) -> int:
    """Whole seconds until the hold ends, by our clock; never negative, and 0 without a hold."""
    if booking.hold_expires_at is None:
        return 0
    return max(0, ceil((booking.hold_expires_at - clock.now()).total_seconds()))


def minutes_left_forms() -> dict[str, str]:
    """“{count} minutes left.” by plural category of the language, as the browser's `Intl.PluralRules` names them."""
    rule = Locale.parse(get_language() or "en", sep="-").plural_form
    forms: dict[str, str] = {}
    for minutes in range(1, 61):
        said = ngettext("%(minutes)s minute left.", "%(minutes)s minutes left.", minutes)
        forms.setdefault(str(rule(minutes)), said % {"minutes": "{count}"})
    return forms


def upcoming_rows_of(user: "User") -> list[BookingRow]:
    """The caregiver's bookings ahead: those to pay first, then by the session's start; two queries."""
    bookings = Booking.objects.of(user).upcoming().with_details().prefetch_related("payments")
    rows = [row(booking) for booking in bookings.order_by("session__starts_at", "pk")[:SHOWN_AT_ONCE]]
    return sorted(rows, key=lambda shown: not shown.can_pay)


def unpaid_rows_of(user: "User") -> list[BookingRow]:
    """The caregiver's bookings whose deposit can be paid now."""
    bookings = Booking.objects.of(user).open_holds().with_details().prefetch_related("payments")
    return [shown for shown in map(row, bookings[:SHOWN_AT_ONCE]) if shown.can_pay]


_HISTORY: Final = {
    BookingStatus.AWAITING_DEPOSIT: _("Place held, awaiting deposit"),
    BookingStatus.CONFIRMED: _("Booking confirmed"),
    BookingStatus.COMPLETED: _("Session attended"),
    BookingStatus.NO_SHOW: _("Missed session"),
    BookingStatus.CANCELLED: _("Booking cancelled"),
    BookingStatus.EXPIRED: _("Place released: we didn’t receive the deposit in time"),
}


def history_of(booking: Booking, payments: "list[PaymentEntry]") -> list[HistoryEntry]:
    """Every change of state, every move and each of its `payments`, oldest first, in the service's zone."""
    local, own = booking.session.local, str(booking.caregiver.user_id)
    entries = [
        HistoryEntry(local(t.occurred_at), str(_HISTORY[BookingStatus(t.to_status)]), _by(t, own))
        for t in booking.transitions.all()
    ]
    entries += [HistoryEntry(local(move.at), _moved(booking, move), _by(move, own)) for move in moves_of(booking)]
    entries += [
        HistoryEntry(payment.at, gettext("%(what)s: %(amount)s") % _said_of(payment), payment.status_label)
        for payment in payments
    ]
    return sorted(entries, key=lambda entry: entry.at)


def _moved(booking: Booking, move: Move) -> str:
    if move.starts_at is None:
        return gettext("Booking moved")
    return gettext("Booking moved to %(time)s") % {"time": when.at(booking.session.local(move.starts_at))}


def _said_of(payment: PaymentEntry) -> dict[str, str]:
    return {"what": payment.purpose_label, "amount": formatted(payment.amount, payment.currency)}


def _by(transition: BookingTransition | Move, own_id: str) -> str:
    if transition.actor_id == SystemActor.PAY_LINK:
        return gettext("By the payment link")
    if transition.actor_kind == ActorKind.USER:
        return gettext("By you") if transition.actor_id == own_id else gettext("By our team")
    return gettext("By our payment provider") if transition.actor_kind == ActorKind.STRIPE else gettext("Automatic")


def payments_of(booking: Booking) -> list[PaymentEntry]:
    """What was paid and returned, or is still to be, oldest first, in the service's zone."""
    zone = ZoneInfo(booking.session.service.time_zone)
    entries = []
    for payment in booking.payments.prefetch_related("refunds", "disputes", "discrepancies"):
        if payment.status not in CAPTURED and not _is_processing(payment):
            continue
        if payment.was_taken_back:
            entries.append(_entered_by_mistake(payment, zone))
            continue
        status = PaymentStatus(payment.status)
        paid_at = (payment.succeeded_at or payment.first_attempt_at or payment.created_at).astimezone(zone)
        amount = payment.amount if _is_processing(payment) else payment.captured_amount
        entries.append(
            PaymentEntry(payment.get_purpose_display(), amount, payment.currency, status, str(status.label), paid_at)
        )
        entries += [*_refunds(payment, zone), *_returned_by_bank(payment, zone)]
    return sorted(entries, key=lambda entry: entry.at)


def _entered_by_mistake(payment: Payment, zone: ZoneInfo) -> PaymentEntry:
    """No money came, and none went back."""
    at = (payment.succeeded_at or payment.created_at).astimezone(zone)
    state = PaymentStatus.CANCELLED, gettext("Entered by mistake: no payment was made")
    return PaymentEntry(payment.get_purpose_display(), payment.amount, payment.currency, *state, at)


def _refunds(payment: Payment, zone: ZoneInfo) -> Iterator[PaymentEntry]:
    """Those that are on their way or done, and those that somebody still sees to."""
    for refund in payment.refunds.all():
        task = last_task(refund)
        if state := _refund_status(refund, payment, task.status if task else ""):
            at = (refund.settled_at or refund.created_at).astimezone(zone)
            is_open = task is not None and task.status == DiscrepancyStatus.OPEN
            owed = task.amount if task and is_open and refund.status not in REFUND_RESERVED else refund.amount
            yield PaymentEntry(gettext("Refund"), owed, payment.currency, *state, at)


def _refund_status(refund: Refund, payment: Payment, task: str) -> tuple[str, str] | None:
    """The status for the tag and in words; None when nothing goes back by this refund: another took its place."""
    if refund.status in REFUND_RESERVED:
        return PaymentStatus.PENDING, str(RefundStatus(refund.status).label)
    if refund.status == RefundStatus.SUCCEEDED:
        return PaymentStatus.REFUNDED, str(RefundStatus.SUCCEEDED.label)
    if task == DiscrepancyStatus.IGNORED:  # finance closed it with a reason
        return PaymentStatus.REFUNDED, gettext("Settled by our team")
    if task == DiscrepancyStatus.HEALED or not (task or refund.status == RefundStatus.FAILED):
        return None
    waits = (
        gettext("Waiting for the bank’s decision") if awaits_bank(payment) else gettext("To be refunded by our team")
    )
    return PaymentStatus.PENDING, waits


def _returned_by_bank(payment: Payment, zone: ZoneInfo) -> Iterator[PaymentEntry]:
    """What lost disputes took."""
    state = PaymentStatus.REFUNDED, gettext("Returned by the bank")
    for dispute in charged_back(payment):
        at = (dispute.closed_at or dispute.updated_at).astimezone(zone)
        yield PaymentEntry(gettext("Refund"), dispute.withdrawn_amount, payment.currency, *state, at)


def live_payment(booking: Booking, purpose: Purpose) -> Payment | None:
    """The payment for `purpose` that stands, if any."""
    return booking.payments.live().filter(purpose=purpose).first()
