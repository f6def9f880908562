"""Fees and balance transactions, from charges."""

from django.db.models import QuerySet

from payments.domain.refunds.apply import apply_refunds
from payments.enums import Applied
from payments.gateway import gateway
from payments.gateway.base import Charge
from payments.models import Payment
from portal.accounts.models import ERASED_DOMAIN
from portal.audit.actor import Cause


def apply_charge(charge: Charge, cause: Cause) -> Applied:
    """Note the charge's fee and balance transaction, and its refunds.

    Calls Stripe for the refunds: never inside a transaction.
    """
    ours = Payment.objects.filter(intent_id=charge.intent_id) if charge.intent_id else Payment.objects.none()
    if not ours.exists():
        return Applied.UNMATCHED
    if charge.status == "succeeded":
        ours.update(charge_id=charge.id, **_fee_of(charge), **_known("balance_transaction_id", charge))
        _not_erased(ours).update(charge_id=charge.id, **_known("receipt_url", charge), **_known("paid_with", charge))
    if charge.amount_refunded:
        return apply_refunds(gateway().list_refunds(charge.intent_id), cause)
    return Applied.APPLIED


def _not_erased(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """Those of people who are not forgotten: a receipt at Stripe names the person."""
    return payments.exclude(booking__caregiver__user__email__endswith=f"@{ERASED_DOMAIN}")


def _known(name: str, charge: Charge) -> dict[str, str]:
    """The field, when the answer has it: an older one, fetched before Stripe had it, takes nothing away."""
    value = getattr(charge, name)
    return {name: value} if value else {}


def _fee_of(charge: Charge) -> dict[str, int | str]:
    if charge.fee_amount is None:
        return {}
    return {"fee_amount": charge.fee_amount, "settlement_currency": charge.settlement_currency}
