"""Stripe's JSON is read whatever its description allows: a field may be null, and an optional one may be missing."""

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from payments.gateway.stripe_objects import charge_from, dispute_from, intent_from, refund_from
from tests.services import ROOT

SPEC: Final = ROOT.parent / "shared/stripe-openapi/spec3.min.json"
pytestmark = pytest.mark.skipif(not SPEC.exists(), reason="Stripe's description is not beside the project")

BASE: Final[dict[str, dict[str, Any]]] = {
    "payment_intent": {
        "id": "pi_1", "status": "succeeded", "amount": 1125, "currency": "gbp", "livemode": False,
        "created": 1_790_000_000, "metadata": {"payment_id": "1"},
    },
    "charge": {
        "id": "ch_1", "status": "succeeded", "amount": 1125, "amount_refunded": 0, "currency": "gbp", "livemode": False,
        "disputed": False, "balance_transaction": {"id": "txn_1", "fee": 37, "currency": "gbp"},
    },
    "refund": {"id": "re_1", "status": "succeeded", "amount": 1125, "currency": "gbp", "created": 1_790_000_000},
    "dispute": {
        "id": "du_1", "status": "lost", "reason": "general", "amount": 1125, "currency": "gbp",
        "created": 1_790_000_000, "is_charge_refundable": False, "charge": "ch_1", "balance_transactions": [],
        "evidence_details": {"due_by": 1_790_000_000},
    },
}  # fmt: skip
READERS: Final[dict[str, Callable[[Any], Any]]] = {
    "payment_intent": intent_from,
    "charge": charge_from,
    "refund": refund_from,
    "dispute": dispute_from,
}


@pytest.fixture(scope="module")
def schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = json.loads(SPEC.read_text())["components"]["schemas"]
    return schemas


@pytest.mark.parametrize("kind", READERS)
def test_each_nullable_field_may_be_null(kind: str, schemas: dict[str, Any]) -> None:
    nullable = [name for name, field in schemas[kind]["properties"].items() if field.get("nullable")]
    assert nullable
    for name in nullable:
        READERS[kind](BASE[kind] | {name: None})


@pytest.mark.parametrize("kind", READERS)
def test_each_optional_field_may_be_missing(kind: str, schemas: dict[str, Any]) -> None:
    optional = set(schemas[kind]["properties"]) - set(schemas[kind]["required"])
    for name in optional:
        READERS[kind]({key: value for key, value in BASE[kind].items() if key != name})


def test_a_refund_without_a_status_is_read_as_one_that_nobody_knows() -> None:
    assert refund_from(BASE["refund"] | {"status": None}).status == ""


@pytest.mark.parametrize("address", [None, 1, "", "javascript:alert(1)", "//pay.stripe.com/", "https://" + "x" * 1000])
def test_a_receipts_address_that_must_be_no_link_is_left_out(address: Any) -> None:
    assert charge_from(BASE["charge"] | {"receipt_url": address}).receipt_url == ""


def test_a_receipts_address_is_kept() -> None:
    address = "https://pay.stripe.com/receipts/payment/CAcaFwo"
    assert charge_from(BASE["charge"] | {"receipt_url": address}).receipt_url == address


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"type": "card", "card": {"brand": "visa", "last4": "4242"}}, "Visa …4242"),
        ({"type": "card", "card": {"brand": "amex", "last4": "0005"}}, "American Express …0005"),
        ({"type": "card", "card": {"brand": "cartes_bancaires", "last4": "1001"}}, "Cartes Bancaires …1001"),
        ({"type": "sepa_debit", "sepa_debit": {"last4": "3000"}}, "Sepa debit …3000"),
        ({"type": "link", "link": {"country": "GB"}}, "Link"),
        ({"type": "card", "card": None}, "Card"),
        ({}, ""),
        (None, ""),
    ],
)
def test_what_a_charge_was_paid_with_is_said_for_the_payer(details: dict[str, Any] | None, said: str) -> None:
    assert charge_from(BASE["charge"] | {"payment_method_details": details}).paid_with == said
