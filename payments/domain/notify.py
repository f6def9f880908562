"""Telling the caregiver, in the transaction of the cause."""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from payments import messages, staff_messages
from payments.booking_mail import price_values, visit_values
from payments.domain.payable import is_processing
from payments.domain.pricing import balance_due
from payments.domain.refunds.quote import RefundQuote
from payments.enums import Purpose
from payments.models import Dispute, Payment, Refund
from payments.refund_sentences import after
from portal.accounts.roles import Role
from portal.bookings.enums import SessionChangeKind, SessionStatus
from portal.bookings.models import Booking, SessionChange
from portal.common import clock, when
from portal.common.money import formatted
from portal.notifications.domain import send
from portal.notifications.domain.send import send_to_role
from portal.notifications.templates import MessageTemplate


def tell(template: MessageTemplate, booking: Booking, *, cause: str, url: str, **extra: str) -> None:
    """Queue one email to the booking's caregiver; `cause` makes it once only."""
    price = price_values(booking) if "price" in template.samples else {}
    send(
        template,
        to=booking.caregiver.user,
        context={**visit_values(booking), **price, "url": url, **extra},
        dedupe_key=f"{template.key}:{cause}",
        about=f"booking:{booking.pk}",
    )


def balance_received(payment: Payment) -> None:
    """The money for the balance is here."""
    amount = formatted(payment.captured_amount, payment.currency)
    url = f"/bookings/{payment.booking.reference}/receipt/"
    tell(messages.BALANCE_RECEIVED, payment.booking, cause=f"payment:{payment.pk}", url=url, amount=amount)


def booking_confirmed(booking: Booking, deposit: Payment | None = None) -> None:
    """There is a place, and `deposit` was received where there was one to pay: one email says both."""
    payment = ""
    if deposit is not None:
        amount = formatted(deposit.captured_amount, deposit.currency)
        payment = _("We’ve received your deposit of %(amount)s. Your receipt is with your booking.") % {
            "amount": amount
        }
    url = f"/bookings/{booking.reference}/"
    tell(messages.BOOKING_CONFIRMED, booking, cause=f"booking:{booking.pk}", url=url, payment=payment)


def payment_failed(payment: Payment) -> None:
    """An attempt was declined; one email a payment, not one an attempt."""
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
        until=when.at(booking.session.local(held_until)),
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
        until=when.at(booking.session.local(booking.hold_expires_at)),
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
    tell(
        messages.SESSION_MOVED,
        booking,
        cause=f"booking:{booking.pk}:{change.pk}",
        url=f"/bookings/{booking.reference}/",
        before=when.at(booking.session.local(change.from_starts_at)),
        message=change.message,
    )


def booking_moved(booking: Booking) -> None:
    """The booking has another session; said at each move."""
    url = f"/bookings/{booking.reference}/"
    moment = clock.now().isoformat()
    tell(messages.BOOKING_MOVED, booking, cause=f"booking:{booking.pk}:{booking.session_id}:{moment}", url=url)


def session_tomorrow(booking: Booking) -> None:
    """The day before; once for each time the session is at."""
    tell(
        messages.SESSION_TOMORROW,
        booking,
        cause=reminder_cause(booking),
        url=f"/bookings/{booking.reference}/",
        where=_("Where: %(location)s") % {"location": booking.where} if booking.where else "",
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
    """What makes the reminder one email: the booking and the start of its session."""
    return f"booking:{booking.pk}:{booking.session.starts_at.isoformat()}"


def pay_link(booking: Booking, *, again: bool = False) -> None:
    """Booked by phone: where to pay, without an account. The link is made as the email is sent, and stored nowhere.

    `again` sends another one, though nothing has changed.
    """
    if booking.hold_expires_at is None:
        return
    moment = clock.now() if again else booking.hold_expires_at
    tell(
        messages.PAY_LINK,
        booking,
        cause=f"booking:{booking.pk}:{moment.isoformat()}",
        url="",
        amount=formatted(booking.deposit_amount, booking.currency),
        until=when.at(booking.session.local(booking.hold_expires_at)),
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
        "reason": refund.failure_code.replace("_", " ") or _("none given"),
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
    local = dispute.payment.booking.session.local
    due = when.at(local(dispute.evidence_due_at)) if dispute.evidence_due_at else _("the date shown in Stripe")
    reason = dispute.reason.replace("_", " ") or _("none given")
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
        restriction = _("Stripe has stopped payouts to our bank account. Card payments still work.")
    elif payouts:
        restriction = _("Stripe has stopped card payments for our account, so nobody can pay a deposit online.")
    else:
        restriction = _("Stripe has stopped both card payments and payouts for our account.")
    context = {"restriction": restriction, "url": "/admin/reconciliation/"}
    send_to_role(staff_messages.ACCOUNT_RESTRICTED, Role.FINANCE, context=context, cause=f"account:{event_id}")


def discrepancies_open(*, count: int, kinds: str, at_stake: str, oldest_days: int) -> None:
    """To finance: what reconciliation left open, once a day."""
    context = {
        "summary": _summary(count),
        "oldest": _oldest(oldest_days),
        "kinds": kinds,
        "at_stake": at_stake,
        "url": "/admin/reconciliation/",
        **_former_parts(count, oldest_days),
    }
    template = staff_messages.DISCREPANCIES_OPEN
    send_to_role(template, Role.FINANCE, context=context, cause=f"day:{clock.now():%Y-%m-%d}")


def _summary(count: int) -> str:
    return ngettext(
        "%(count)d open difference between our ledger and Stripe",
        "%(count)d open differences between our ledger and Stripe",
        count,
    ) % {"count": count}


def _oldest(days: int) -> str:
    if days < 1:
        return _("The oldest has been open for less than a day.")
    sentence = ngettext(
        "The oldest has been open for %(days)d day.", "The oldest has been open for %(days)d days.", days
    )
    return sentence % {"days": days}


def _former_parts(count: int, days: int) -> dict[str, str]:
    """What the wording shipped before was made of; a portal that was installed then may still have it."""
    differences = ngettext("%(count)d difference", "%(count)d differences", count) % {"count": count}
    age = ngettext("%(days)d day", "%(days)d days", days) % {"days": days} if days >= 1 else _("less than a day")
    return {"count": differences, "are": "is" if count == 1 else "are", "age": age}
