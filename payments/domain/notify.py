"""Telling the caregiver, in the transaction of the cause."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from payments import messages, staff_messages
from payments.domain.payable import is_processing
from payments.domain.pricing import balance_due
from payments.domain.refunds.quote import RefundQuote
from payments.enums import Purpose
from payments.models import Dispute, Payment, Refund
from payments.refund_sentences import after
from portal.accounts.roles import Role
from portal.bookings.enums import SessionChangeKind, SessionStatus
from portal.bookings.models import Booking, Session, SessionChange
from portal.common import clock
from portal.common.clock import clock_time, zone_name
from portal.common.money import formatted
from portal.notifications.domain import send
from portal.notifications.domain.send import send_to_role
from portal.notifications.templates import MessageTemplate


def spoken_time(moment: datetime, zone: str) -> str:
    """10:30am on Monday 23 November, in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{clock_time(local)} on {local:%A %-d %B}"


def _caregivers_time(moment: datetime, zone: str) -> str:
    """`spoken_time`, with the zone where it is not the one that the caregiver expects."""
    name = zone_name(moment.astimezone(ZoneInfo(zone)))
    return f"{spoken_time(moment, zone)} ({name})" if name else spoken_time(moment, zone)


def _session_time(session: Session) -> str:
    """10am to 1pm; with the last day where that is another one, and the zone where the caregiver expects another."""
    start, end = session.starts_local, session.ends_local
    said = _("%(start)s to %(end)s") if start.date() == end.date() else _("%(start)s to %(end)s on %(last_day)s")
    times = said % {"start": clock_time(start), "end": clock_time(end), "last_day": f"{end:%A %-d %B}"}
    return f"{times} ({zone_name(start)})" if zone_name(start) else times


def _booking_values(booking: Booking, url: str) -> dict[str, str]:
    session = booking.session
    return {
        "name": booking.caregiver.user.first_name or str(booking.caregiver),
        "service": session.service.name,
        "date": f"{session.starts_local:%A %-d %B %Y}",
        "time": _session_time(session),
        "person": booking.care_recipient.full_name,
        "reference": booking.reference,
        "url": url,
    }


def tell(template: MessageTemplate, booking: Booking, *, cause: str, url: str, **extra: str) -> None:
    """Queue one e-mail to the booking's caregiver; `cause` makes it once only."""
    send(
        template,
        to=booking.caregiver.user,
        context={**_booking_values(booking, url), **extra},
        dedupe_key=f"{template.key}:{cause}",
        about=f"booking:{booking.pk}",
    )


def payment_received(payment: Payment) -> None:
    """The money for a deposit or balance is here."""
    template = messages.DEPOSIT_RECEIVED if payment.purpose == "deposit" else messages.BALANCE_RECEIVED
    amount = formatted(payment.captured_amount, payment.currency)
    url = f"/bookings/{payment.booking.reference}/receipt/"
    tell(template, payment.booking, cause=f"payment:{payment.pk}", url=url, amount=amount)


def booking_confirmed(booking: Booking) -> None:
    """There is a place."""
    url = f"/bookings/{booking.reference}/"
    tell(messages.BOOKING_CONFIRMED, booking, cause=f"booking:{booking.pk}", url=url)


def payment_failed(payment: Payment) -> None:
    """An attempt was declined; one e-mail a payment, not one an attempt."""
    booking = payment.booking
    if payment.purpose == "balance":
        _balance_failed(payment)
    elif booking.hold_expires_at is not None:
        _deposit_failed(payment, booking.hold_expires_at)


def _balance_failed(payment: Payment) -> None:
    tell(
        messages.BALANCE_FAILED,
        payment.booking,
        cause=f"payment:{payment.pk}",
        url=f"/balance/{payment.booking.reference}/",
        amount=formatted(payment.amount, payment.currency),
    )


def _deposit_failed(payment: Payment, held_until: datetime) -> None:
    booking = payment.booking
    tell(
        messages.PAYMENT_FAILED,
        booking,
        cause=f"payment:{payment.pk}",
        url=f"/deposit/{booking.reference}/",
        amount=formatted(payment.amount, payment.currency),
        until=_caregivers_time(held_until, booking.session.service.time_zone),
    )


def hold_ending(booking: Booking) -> None:
    """The time to pay is nearly over; said again when the hold was extended."""
    if booking.hold_expires_at is None:
        return
    tell(
        messages.HOLD_ENDING,
        booking,
        cause=f"booking:{booking.pk}:{booking.hold_expires_at.isoformat()}",
        url=f"/deposit/{booking.reference}/",
        amount=formatted(booking.deposit_amount, booking.currency),
        until=_caregivers_time(booking.hold_expires_at, booking.session.service.time_zone),
    )


def booking_expired(booking: Booking) -> None:
    """The place was released."""
    tell(messages.BOOKING_EXPIRED, booking, cause=f"booking:{booking.pk}", url="/book/")


def booking_cancelled(booking: Booking, quote: RefundQuote) -> None:
    """Cancelled; `quote` says what comes back. When we cancelled the session, the email says so."""
    sentence = after(quote)
    if booking.session.status != SessionStatus.CANCELLED:
        url = f"/bookings/{booking.reference}/"
        tell(messages.BOOKING_CANCELLED, booking, cause=f"booking:{booking.pk}", url=url, refund=sentence)
        return
    change = booking.session.changes.filter(kind=SessionChangeKind.CANCELLED).first()
    tell(
        messages.SESSION_CANCELLED,
        booking,
        cause=f"booking:{booking.pk}",
        url="/book/",
        refund=sentence,
        message=change.message if change else "",
    )


def session_moved(booking: Booking, change: SessionChange) -> None:
    """We moved the session; cancelling is free of charge since."""
    assert change.from_starts_at is not None  # a move has both
    zone = booking.session.service.time_zone
    tell(
        messages.SESSION_MOVED,
        booking,
        cause=f"booking:{booking.pk}:{change.pk}",
        url=f"/bookings/{booking.reference}/",
        before=_caregivers_time(change.from_starts_at, zone),
        message=change.message,
    )


def booking_moved(booking: Booking) -> None:
    """The booking has another session; said at each move."""
    url = f"/bookings/{booking.reference}/"
    moment = clock.now().isoformat()
    tell(messages.BOOKING_MOVED, booking, cause=f"booking:{booking.pk}:{booking.session_id}:{moment}", url=url)


def session_tomorrow(booking: Booking) -> None:
    """The day before; once for each time the session is at."""
    location = booking.session.service.location
    tell(
        messages.SESSION_TOMORROW,
        booking,
        cause=reminder_cause(booking),
        url=f"/bookings/{booking.reference}/",
        where=_("Where: %(location)s") % {"location": location} if location else "",
        balance=_still_to_pay(booking),
    )


def _still_to_pay(booking: Booking) -> str:
    due = balance_due(booking)
    if not due:
        return ""
    amount = formatted(due, booking.currency)
    if is_processing(booking, Purpose.BALANCE):
        return _("Your payment of %(amount)s is being processed, so please don’t pay it again.") % {"amount": amount}
    return _("You still have %(amount)s to pay. Pay online before the session, or pay our team.") % {"amount": amount}


def reminder_cause(booking: Booking) -> str:
    """What makes the reminder one e-mail: the booking and the start of its session."""
    return f"booking:{booking.pk}:{booking.session.starts_at.isoformat()}"


def pay_link(booking: Booking) -> None:
    """Booked by phone: where to pay, after signing in."""
    if booking.hold_expires_at is None:
        return
    tell(
        messages.PAY_LINK,
        booking,
        cause=f"booking:{booking.pk}:{booking.hold_expires_at.isoformat()}",
        url=f"/deposit/{booking.reference}/",
        amount=formatted(booking.deposit_amount, booking.currency),
        until=_caregivers_time(booking.hold_expires_at, booking.session.service.time_zone),
    )


def late_money_returned(payment: Payment) -> None:
    """Money came too late and goes back."""
    amount = formatted(payment.captured_amount, payment.currency)
    tell(messages.LATE_MONEY_RETURNED, payment.booking, cause=f"payment:{payment.pk}", url="/book/", amount=amount)


def refund_sent(refund: Refund, payment: Payment) -> None:
    """Finance sent money back, and Stripe took it."""
    amount = formatted(refund.amount, payment.currency)
    url = f"/bookings/{payment.booking.reference}/"
    tell(messages.REFUND_SENT, payment.booking, cause=f"refund:{refund.pk}", url=url, amount=amount)


def refund_returned(refund: Refund, payment: Payment) -> None:
    """Staff returned money outside Stripe."""
    amount = formatted(refund.amount, payment.currency)
    url = f"/bookings/{payment.booking.reference}/"
    tell(messages.REFUND_RETURNED, payment.booking, cause=f"refund:{refund.pk}", url=url, amount=amount)


def refund_failed(refund: Refund, payment: Payment) -> None:
    """Promised, and not accepted by Stripe or the bank: to the caregiver, and to finance who sees to it."""
    amount = formatted(refund.amount, payment.currency)
    reference = payment.booking.reference
    # To the caregiver once: a retry that is refused again tells them nothing new.
    cause = f"refund:{refund.pk}"
    tell(messages.REFUND_FAILED, payment.booking, cause=cause, url=f"/bookings/{reference}/", amount=amount)
    context = {
        "amount": amount,
        "reference": reference,
        "reason": refund.failure_code.replace("_", " ") or "none given",
        "url": f"/admin/payments/payment/inspect/{payment.pk}/",
    }
    send_to_role(staff_messages.REFUND_TO_SETTLE, Role.FINANCE, context=context, cause=f"{cause}:{refund.sequence}")


def refund_owed(refund: Refund, payment: Payment, amount: int) -> None:
    """A dispute is over and `amount` minor units of a promised refund are still owed: to the caregiver and finance."""
    reference, cause = payment.booking.reference, f"refund:{refund.pk}:{amount}"
    shown = formatted(amount, payment.currency)
    tell(messages.REFUND_OWED, payment.booking, cause=cause, url=f"/bookings/{reference}/", amount=shown)
    context = {"amount": shown, "reference": reference, "url": f"/admin/payments/payment/inspect/{payment.pk}/"}
    send_to_role(staff_messages.REFUND_TO_RETURN, Role.FINANCE, context=context, cause=cause)


def dispute_opened(dispute: Dispute) -> None:
    """To finance: what is disputed, and until when Stripe takes an answer."""
    zone = dispute.payment.booking.session.service.time_zone
    due = spoken_time(dispute.evidence_due_at, zone) if dispute.evidence_due_at else "the date that Stripe shows"
    reason = dispute.reason.replace("_", " ") or "none given"
    _tell_finance(staff_messages.DISPUTE_OPENED, dispute, due=due, reason=reason)


def dispute_closed(dispute: Dispute) -> None:
    """To finance: how it ended."""
    _tell_finance(staff_messages.DISPUTE_CLOSED, dispute, outcome=dispute.status.replace("_", " "))


def _tell_finance(template: MessageTemplate, dispute: Dispute, **extra: str) -> None:
    payment = dispute.payment
    cause = f"dispute:{dispute.pk}:{dispute.status}:{dispute.fetched_at:%Y%m%dT%H%M%S.%f}"  # it may open again
    context = {
        "amount": formatted(dispute.amount, payment.currency),
        "reference": payment.booking.reference,
        "url": f"/admin/payments/payment/inspect/{payment.pk}/",
        **extra,
    }
    send_to_role(template, Role.FINANCE, context=context, cause=cause)


def fraud_warning(payment: Payment, warning_id: str, reason: str) -> None:
    """To finance: refund it in time?"""
    context = {
        "amount": formatted(payment.refundable_amount, payment.currency),
        "reference": payment.booking.reference,
        "reason": reason.replace("_", " ") or _("none given"),
        "url": f"/admin/payments/payment/inspect/{payment.pk}/",
    }
    send_to_role(staff_messages.FRAUD_WARNING, Role.FINANCE, context=context, cause=f"warning:{warning_id}")


def payout_failed(payout_id: str, amount: int, currency: str, reason: str) -> None:
    """To finance: our bank did not take the money."""
    context = {
        "amount": formatted(amount, currency),
        "payout": payout_id,
        "reason": reason.replace("_", " ") or _("none given"),
        "url": "/admin/reconciliation/",
    }
    send_to_role(staff_messages.PAYOUT_FAILED, Role.FINANCE, context=context, cause=f"payout:{payout_id}")


def account_restricted(event_id: str, *, charges: bool, payouts: bool) -> None:
    """To finance: what Stripe lets our account do no more."""
    if charges:
        restriction = _("Stripe pays nothing out to our bank account any more. Card payments go on.")
    elif payouts:
        restriction = _("Stripe takes no card payments for our account any more: nobody can pay a deposit online.")
    else:
        restriction = _("Stripe takes no card payments for our account any more, and pays nothing out to our bank.")
    context = {"restriction": restriction, "url": "/admin/reconciliation/"}
    send_to_role(staff_messages.ACCOUNT_RESTRICTED, Role.FINANCE, context=context, cause=f"account:{event_id}")


def discrepancies_open(*, count: int, kinds: str, at_stake: str, oldest_days: int) -> None:
    """To finance: what reconciliation left open, once a day."""
    context = {
        "count": "One difference" if count == 1 else f"{count} differences",
        "are": "is" if count == 1 else "are",
        "kinds": kinds,
        "at_stake": at_stake,
        "age": "less than a day" if oldest_days < 1 else "a day" if oldest_days == 1 else f"{oldest_days} days",
        "url": "/admin/reconciliation/",
    }
    template = staff_messages.DISCREPANCIES_OPEN
    send_to_role(template, Role.FINANCE, context=context, cause=f"day:{clock.now():%Y-%m-%d}")
