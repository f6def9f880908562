"""What a charge adds to its payment: fee, balance transaction, receipt; an older answer takes nothing away."""

from dataclasses import replace

import pytest

from payments.domain.charges import apply_charge
from payments.gateway.base import Charge
from payments.models import Payment
from payments.privacy import erase
from portal.accounts.models import ERASED_DOMAIN
from portal.audit.actor import Actor, Cause, Source
from portal.common import clock

pytestmark = pytest.mark.django_db
RECEIPT = "https://receipts.example/1"


def charge_of(payment: Payment) -> Charge:
    """As Stripe gives it a moment after the payment: everything is known."""
    return Charge(
        id="ch_1",
        intent_id=str(payment.intent_id),
        status="succeeded",
        amount=1125,
        amount_refunded=0,
        currency="GBP",
        livemode=False,
        disputed=False,
        balance_transaction_id="txn_1",
        fee_amount=42,
        settlement_currency="GBP",
        receipt_url=RECEIPT,
    )


def apply(charge: Charge) -> None:
    apply_charge(charge, Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now()))


def known(payment: Payment) -> tuple[str, int | None, str]:
    payment.refresh_from_db()
    return payment.balance_transaction_id, payment.fee_amount, payment.receipt_url


def test_fee_balance_transaction_and_receipt_are_noted(paid: Payment) -> None:
    apply(charge_of(paid))
    assert known(paid) == ("txn_1", 42, RECEIPT)


def test_an_answer_from_before_they_were_known_takes_nothing_away(paid: Payment) -> None:
    apply(charge_of(paid))
    apply(replace(charge_of(paid), balance_transaction_id="", fee_amount=None, receipt_url=""))
    assert known(paid) == ("txn_1", 42, RECEIPT)


def test_the_receipt_of_somebody_who_was_forgotten_stays_forgotten(paid: Payment) -> None:
    user = paid.booking.caregiver.user
    apply(charge_of(paid))
    erase(user)
    user.email = f"erased-{user.pk}@{ERASED_DOMAIN}"
    user.save()
    apply(charge_of(paid))
    assert known(paid) == ("txn_1", 42, "")
