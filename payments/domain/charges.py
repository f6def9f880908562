"""Fees and balance transactions, from charges."""

from payments.domain.news import Applied, News
from payments.domain.refunds import apply_refunds
from payments.gateway import gateway
from payments.gateway.base import Charge
from payments.models import Payment


def apply_charge(charge: Charge, news: News) -> Applied:
    """Note the charge's fee and balance transaction, and its refunds.

    Calls Stripe for the refunds: never inside a transaction.
    """
    ours = Payment.objects.filter(intent_id=charge.intent_id) if charge.intent_id else Payment.objects.none()
    if not ours.exists():
        return Applied.UNMATCHED
    if charge.status == "succeeded":
        ours.update(
            charge_id=charge.id,
            balance_transaction_id=charge.balance_transaction_id,
            receipt_url=charge.receipt_url,
            **_fee_of(charge),
        )
    if charge.amount_refunded:
        return apply_refunds(gateway().list_refunds(charge.intent_id), news)
    return Applied.APPLIED


def _fee_of(charge: Charge) -> dict[str, int | str]:
    if charge.fee_amount is None:
        return {}
    return {"fee_amount": charge.fee_amount, "settlement_currency": charge.settlement_currency}
