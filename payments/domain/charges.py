"""Fees and balance transactions, from charges."""

from payments.domain.news import News
from payments.domain.refunds import apply_refund
from payments.gateway import gateway
from payments.gateway.base import Charge
from payments.models import Payment


def apply_charge(charge: Charge, news: News) -> bool:
    """Note the charge's fee and balance transaction, and its refunds; False when no payment of ours has it.

    Calls Stripe for the refunds: never inside a transaction.
    """
    ours = Payment.objects.filter(intent_id=charge.intent_id) if charge.intent_id else Payment.objects.none()
    if not ours.exists():
        return False
    if charge.status == "succeeded":
        ours.update(
            charge_id=charge.id,
            balance_transaction_id=charge.balance_transaction_id,
            **({} if charge.fee_amount is None else {"fee_amount": charge.fee_amount}),
        )
    if charge.amount_refunded:
        for refund in gateway().list_refunds(charge.intent_id):
            apply_refund(refund, news)
    return True
