"""Payments, and what belongs to them, by Stripe's ids, by amount, by booking and by family."""

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.db.models import Q

from payments.mirror import intents_of_customer
from payments.models import Dispute, Payment, Refund
from portal.bookings.models import Service
from portal.bookings.search import booking_keys
from portal.common.money import minor
from portal.common.search import MOST_FAMILIES, Keys, Term, keys_of, once

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from portal.accounts.models import User

NOTHING: Final = Q(pk__in=[])
BY_ID: Final = {
    "pi": "intent_id",
    "ch": "charge_id",
    "py": "charge_id",
    "re": "refunds__stripe_refund_id",
    "pyr": "refunds__stripe_refund_id",
    "dp": "disputes__stripe_dispute_id",
    "du": "disputes__stripe_dispute_id",
    "po": "payout_id",
}


@once
def payment_keys(term: Term, by: "User | AnonymousUser") -> list[int]:
    """Keys of the payments that `term` stands for, but for an amount; some thousand at most."""
    kind = term.stripe_id.partition("_")[0]
    if kind == "cus":
        return keys_of(Payment.objects.filter(intent_id__in=intents_of_customer(term.stripe_id)))
    if kind:
        return keys_of(Payment.objects.filter(**{BY_ID[kind]: term.stripe_id})) if kind in BY_ID else []
    return keys_of(Payment.objects.filter(booking__in=booking_keys(term, by)))


def payments(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on payments."""
    return of_amount(term) if term.amount is not None else Q(pk__in=payment_keys(term, by))


def _of_payments(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on what belongs to payments."""
    return Q(payment__in=payment_keys(term, by))


def of_amount(term: Term, *, currency: str = "currency") -> Q:
    """Rows of exactly this amount, in any currency that a service has; `currency` names the field."""
    codes: dict[int, list[str]] = {}  # most currencies count alike: one range of the index for all of them
    for code in Service.objects.order_by().values_list("currency", flat=True).distinct():
        try:
            codes.setdefault(minor(term.amount or Decimal(0), code), []).append(code)
        except ValidationError:  # more decimals than it has
            continue
    whole = NOTHING
    for amount, alike in codes.items():
        same = Q(**{"amount": amount, f"{currency}__in": alike})
        whole = same if whole is NOTHING else whole | same
    return whole


def refunds(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on refunds."""
    if term.stripe_id.startswith(("re_", "pyr_")):
        return Q(stripe_refund_id=term.stripe_id)
    if term.amount is not None:
        return of_amount(term, currency="payment__currency")
    return _of_payments(term, by)


def disputes(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on disputes."""
    if term.stripe_id.startswith(("dp_", "du_")):
        return Q(stripe_dispute_id=term.stripe_id)
    if term.amount is not None:
        return of_amount(term, currency="payment__currency")
    return _of_payments(term, by)


def attempts(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on attempts to pay: an event or a charge is named by its own id."""
    if term.stripe_id.startswith(("evt_", "ch_", "py_")):
        return Q(reference=term.stripe_id)
    return _of_payments(term, by)


def events(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on Stripe's events: their own id, or that of what they are about; a booking's or a family's."""
    if term.stripe_id:
        return Q(event_id=term.stripe_id) | Q(object_id=term.stripe_id)
    latest = _latest(term, by)
    ids = Payment.objects.filter(pk__in=latest).values_list("intent_id", "charge_id")
    return Q(object_id__in=[stripe_id for pair in ids for stripe_id in pair if stripe_id])


def discrepancies(term: Term, by: "User | AnonymousUser") -> Q:
    """A condition on differences: the object at Stripe, or the payment."""
    if term.stripe_id:
        return Q(stripe_object_id=term.stripe_id) | _of_payments(term, by)
    return of_amount(term) if term.amount is not None else _of_payments(term, by)


def subjects(term: Term, by: "User | AnonymousUser") -> Keys:
    """Payments, the latest, with what went back and what is disputed, for emails and the audit trail."""
    keys = _latest(term, by)
    return {
        "payments.payment": keys,
        "payments.refund": list(Refund.objects.filter(payment__in=keys).values_list("pk", flat=True)),
        "payments.dispute": list(Dispute.objects.filter(payment__in=keys).values_list("pk", flat=True)),
    }


def _latest(term: Term, by: "User | AnonymousUser") -> list[int]:
    if term.amount is not None:
        newest = Payment.objects.filter(of_amount(term)).order_by("-created_at")
        return list(newest.values_list("pk", flat=True)[:MOST_FAMILIES])
    return sorted(payment_keys(term, by), reverse=True)[:MOST_FAMILIES]
