"""What Stripe holds of a payment, from dj-stripe's tables: the card, the risk, the fee, the payout. Reads only."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from djstripe.models import BalanceTransaction, Charge, Payout

from payments.admin.timeline import stripe_url
from payments.gateway.stripe_objects import web_address
from payments.models import Payment
from portal.common.clock import from_epoch
from portal.common.money import formatted

PAYOUT_STATES: Final = {
    "paid": gettext_lazy("arrived on %(day)s"),
    "pending": gettext_lazy("due on %(day)s"),
    "in_transit": gettext_lazy("due on %(day)s"),
    "failed": gettext_lazy("failed (was due on %(day)s)"),
    "canceled": gettext_lazy("cancelled (was due on %(day)s)"),
}


@dataclass(frozen=True, slots=True)
class Held:
    """One line; `url` where it can be looked at."""

    label: str
    value: str
    url: str = ""


def held_at_stripe(payment: Payment) -> list[Held]:
    """What the mirror has of the payment's charge; empty as long as it has nothing. At most three queries."""
    charge = Charge.objects.filter(id=payment.charge_id).first() if payment.charge_id else None
    if charge is None:
        return []
    lines = (
        _card(charge.stripe_data),
        _risk(charge.stripe_data),
        _receipt(payment.receipt_url or web_address(charge.stripe_data.get("receipt_url"))),
        *_balance(payment),
        _payout(payment),
    )
    return [line for line in lines if line is not None]


def _card(charge: dict[str, Any]) -> Held | None:
    """Brand and last four digits; nothing once the person was forgotten, or for what is no card."""
    card = (charge.get("payment_method_details") or {}).get("card")
    if not card:
        return None
    brand = str(card.get("brand") or "").replace("_", " ").capitalize()
    return Held(_("Card"), _("%(brand)s ending in %(digits)s") % {"brand": brand, "digits": card.get("last4")})


def _risk(charge: dict[str, Any]) -> Held | None:
    outcome = charge.get("outcome") or {}
    level, score = str(outcome.get("risk_level") or "").replace("_", " "), outcome.get("risk_score")
    if not level:
        return None
    return Held(_("Stripe risk level"), level if score is None else f"{level} ({score})")


def _receipt(address: str) -> Held | None:
    return Held(_("Stripe receipt"), _("Open receipt"), address) if address else None


def _balance(payment: Payment) -> list[Held]:
    """The balance transaction, in the currency of the balance, which may be another one than the payment's."""
    transaction = BalanceTransaction.objects.filter(id=payment.balance_transaction_id).first()
    if transaction is None:
        return []
    data, currency = transaction.stripe_data, transaction.currency.upper()
    available = date_format(from_epoch(data["available_on"]), "j F Y")
    return [
        Held(_("Balance transaction"), transaction.id),
        Held(_("Stripe fee"), formatted(data["fee"], currency)),
        Held(
            _("Net"),
            _("%(amount)s, available on %(day)s") % {"amount": formatted(data["net"], currency), "day": available},
        ),
    ]


def _payout(payment: Payment) -> Held | None:
    payout = Payout.objects.filter(id=payment.payout_id).first() if payment.payout_id else None
    if payout is None:
        return None
    day = date_format(from_epoch(payout.stripe_data["arrival_date"]), "j F Y")
    state = PAYOUT_STATES.get(payout.stripe_data["status"], "%(day)s") % {"day": day}
    return Held(_("Payout"), f"{payout.id}, {state}", stripe_url(payout.id))
