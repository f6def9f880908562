"""What the portal proposes as an answer: facts of the booking and its money, in the bank's words.

Never from here: who is cared for, notes, needs, contacts, names, addresses, and what messages said. Nothing is sent
until finance releases it.
"""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from payments.enums import CAPTURED, RefundStatus
from payments.models import Dispute, Payment
from portal.audit.actor import Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import when
from portal.common.money import formatted
from portal.notifications.models import Notification, NotificationStatus
from portal.notifications.templates import REGISTRY

DUPLICATE: Final = "duplicate"  # Stripe's reason of a dispute


def draft_of(dispute: Dispute) -> dict[str, str]:
    """Texts by Stripe's field names; what there is nothing to say about is left out."""
    payment = dispute.payment
    booking = payment.booking
    terms, shown = _terms(booking), _shown(booking)
    texts = {
        "product_description": _product(booking, payment),
        "service_date": _day(booking),
        "service_documentation": _attendance(booking),
        "receipt": _receipt(booking),
        "customer_communication": _messages(booking),
        "refund_policy": terms,
        "refund_policy_disclosure": shown,
        "refund_refusal_explanation": _refunded(payment),
        "cancellation_policy": terms,
        "cancellation_policy_disclosure": shown,
        "cancellation_rebuttal": _cancelled(booking),
    }
    if dispute.reason == DUPLICATE and (other := _other_charge(payment)):
        texts |= {
            "duplicate_charge_id": other.charge_id,
            "duplicate_charge_explanation": _two_charges(payment, other),
            "duplicate_charge_documentation": _receipt(other.booking),
        }
    return {name: text for name, text in texts.items() if text}


def _day(booking: Booking) -> str:
    return when.full_day(booking.session.starts_local)


def _at(booking: Booking, moment: datetime) -> str:
    """A moment as the service's place has it, with the year: banks read this months later."""
    local = booking.session.local(moment)
    day, zone = when.full_day(local), booking.session.service.time_zone
    return _("%(time)s on %(day)s (%(zone)s)") % {"time": when.clock_time(local), "day": day, "zone": zone}


def _product(booking: Booking, payment: Payment) -> str:
    service = booking.session.service
    return _("%(service)s, %(length)s, on %(day)s. Booking %(reference)s. %(purpose)s: %(amount)s of %(price)s.") % {
        "service": service.name,
        "length": service.duration_label,
        "day": _day(booking),
        "reference": booking.reference,
        "purpose": payment.get_purpose_display(),
        "amount": formatted(payment.amount, payment.currency),
        "price": formatted(booking.price_amount, booking.currency),
    }


def _attendance(booking: Booking) -> str:
    lines = [
        _("Booking %(reference)s: session at %(start)s.")
        % {"reference": booking.reference, "start": _at(booking, booking.session.starts_at)}
    ]
    if booking.confirmed_at:
        lines.append(_("Confirmed at %(moment)s.") % {"moment": _at(booking, booking.confirmed_at)})
    sentence = {
        BookingStatus.COMPLETED: _("Our attendance register says that the session was attended; noted at %(moment)s."),
        BookingStatus.NO_SHOW: _(
            "The place was kept. Our attendance register says that nobody came; noted at %(moment)s."
        ),
        BookingStatus.CANCELLED: _("The booking was cancelled at %(moment)s."),
    }.get(BookingStatus(booking.status))
    last = booking.transitions.filter(to_status=booking.status).last()
    if sentence and last:
        lines.append(sentence % {"moment": _at(booking, last.occurred_at)})
    return "\n".join(lines)


def _receipt(booking: Booking) -> str:
    """Every payment and refund of the booking: receipts name who paid, this does not. No entry made by mistake."""
    lines = []
    captured = booking.payments.filter(status__in=CAPTURED).order_by("succeeded_at").prefetch_related("refunds")
    for payment in (payment for payment in captured if not payment.was_taken_back):
        lines.append(
            _("%(purpose)s of booking %(reference)s, received at %(moment)s: %(amount)s. Charge %(charge)s.")
            % {
                "purpose": payment.get_purpose_display(),
                "reference": booking.reference,
                "moment": _at(booking, payment.succeeded_at or payment.created_at),
                "amount": formatted(payment.captured_amount, payment.currency),
                "charge": payment.charge_id or _("not through Stripe"),
            }
        )
        lines += [
            _("Refunded at %(moment)s: %(amount)s.")
            % {
                "moment": _at(booking, refund.settled_at or refund.created_at),
                "amount": formatted(refund.amount, payment.currency),
            }
            for refund in payment.refunds.all()
            if refund.status == RefundStatus.SUCCEEDED
        ]
    return "\n".join(lines)


def _messages(booking: Booking) -> str:
    """Kind and moment of each email to the caregiver; no words, no address."""
    sent = Notification.objects.filter(
        about=f"booking:{booking.pk}", recipient=booking.caregiver.user_id, status=NotificationStatus.SENT
    )
    lines = [
        _("%(moment)s: email “%(kind)s”.")
        % {"moment": _at(booking, mail.sent_at), "kind": REGISTRY[mail.template].name}
        for mail in sent.order_by("sent_at").only("template", "sent_at")
        if mail.sent_at and mail.template in REGISTRY
    ]
    return "\n".join([_("Messages that we sent to the customer about this booking:"), *lines]) if lines else ""


def _terms(booking: Booking) -> str:
    lines = [
        _("Cancelled at least %(hours)s hours before the session: %(percent)s%% of what was paid is returned.")
        % {"hours": window["hours_before"], "percent": window["refund_percent"]}
        for window in sorted(booking.policy, key=lambda window: -window["hours_before"])
    ]
    lines.append(
        _("Cancelled later than that, or not attended: nothing is returned.")
        if lines
        else _("Cancelled or not attended: nothing is returned.")
    )
    if booking.terms_waived_at:
        lines.append(
            _("We waived these terms: since %(moment)s a cancellation returns everything.")
            % {"moment": _at(booking, booking.terms_waived_at)}
        )
    return "\n".join(lines)


def _shown(booking: Booking) -> str:
    made = AuditEvent.objects.filter(
        action="booking.made", object_type=Booking._meta.label_lower, object_id=str(booking.pk)
    ).first()
    by_staff = made is not None and made.source == Source.STAFF
    sentence = (
        _(
            "Our staff made the booking for the customer at %(moment)s. The terms were copied onto it then, and it "
            "keeps them."
        )
        if by_staff
        else _(
            "The customer made the booking on our website at %(moment)s. The terms were copied onto it then, and it "
            "keeps them."
        )
    )
    return sentence % {"moment": _at(booking, booking.created_at)}


def _refunded(payment: Payment) -> str:
    return _("Of the %(paid)s that was paid, %(refunded)s was refunded.") % {
        "paid": formatted(payment.captured_amount, payment.currency),
        "refunded": formatted(payment.refunded_amount, payment.currency),
    }


def _cancelled(booking: Booking) -> str:
    if booking.status != BookingStatus.CANCELLED:
        return _("Our records show no cancellation of this booking.")
    last = booking.transitions.filter(to_status=BookingStatus.CANCELLED).last()
    if last is None:
        return ""
    return _("The booking was cancelled at %(moment)s; the session was to begin at %(start)s.") % {
        "moment": _at(booking, last.occurred_at),
        "start": _at(booking, booking.session.starts_at),
    }


def _other_charge(payment: Payment) -> Payment | None:
    """The latest other payment of the same amount by the same caregiver, which the cardholder may mean."""
    same = Payment.objects.filter(
        booking__caregiver=payment.booking.caregiver_id,
        status__in=CAPTURED,
        captured_amount=payment.captured_amount,
        currency=payment.currency,
    )
    others = same.exclude(pk=payment.pk).exclude(charge_id="").select_related("booking__session__service")
    earlier: Payment | None = others.order_by("-succeeded_at").first()
    return earlier


def _two_charges(payment: Payment, other: Payment) -> str:
    return _(
        "The disputed charge %(charge)s is the %(purpose)s of booking %(reference)s for a session on %(day)s. "
        "The charge %(other_charge)s is the %(other_purpose)s of booking %(other_reference)s for a session on "
        "%(other_day)s."
    ) % {
        "charge": payment.charge_id,
        "purpose": payment.get_purpose_display().lower(),
        "reference": payment.booking.reference,
        "day": _day(payment.booking),
        "other_charge": other.charge_id,
        "other_purpose": other.get_purpose_display().lower(),
        "other_reference": other.booking.reference,
        "other_day": _day(other.booking),
    }
