"""Stripe's documented test cards, by number and by test payment method."""

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from ops.stripe_sandbox import cards
from ops.stripe_sandbox.card_tables import NOT_MODELLED

from .conftest import error_of

NEXT_DECADE = {"exp_month": 12, "exp_year": 2034, "cvc": "123"}
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds. Try a different card.",
    ),
    "4000000000009987": ("card_declined", "lost_card", "Your card was declined."),
    "4000000000009979": ("card_declined", "stolen_card", "Your card was declined."),
    "4000000000000069": ("expired_card", None, "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", None, "Your card's security code is incorrect."),
    "4000000000000119": (
        "processing_error",
        None,
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "4100000000000019": ("card_declined", "fraudulent", "Your card was declined."),
}
TOKENS = {
    "chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "chargeDeclinedLostCard": "4000000000009987",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
}


def confirm(api: Any, number: str, **card: Any) -> Any:
    data = {"type": "card", "card": {"number": number, **NEXT_DECADE, **card}}
    return api.payment_intents.create({"amount": 900, "currency": "usd", "confirm": True, "payment_method_data": data})


@pytest.mark.parametrize(("number", "expected"), DECLINES.items())
def test_a_declining_card_declines_with_its_code_and_sentence(
    number: str, expected: tuple[str, str | None, str], api: Any
) -> None:
    with pytest.raises(stripe.CardError) as declined:
        confirm(api, number)
    error = error_of(declined)
    assert (error.code, error.get("decline_code"), error.message) == expected
    assert error.payment_intent.last_payment_error.code == expected[0]


@pytest.mark.parametrize("prefix", ["pm_card_", "pm_card_visa_"])
@pytest.mark.parametrize(("token", "number"), TOKENS.items())
def test_a_test_method_declines_as_its_card_does(token: str, number: str, prefix: str, pay: Callable[..., Any]) -> None:
    with pytest.raises(stripe.CardError) as declined:
        pay(prefix + token)
    assert (declined.value.code, error_of(declined).get("decline_code")) == DECLINES[number][:2]


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184", "4000000000003220"])
def test_these_cards_ask_for_authentication(number: str, api: Any) -> None:
    assert confirm(api, number).status == "requires_action"


def test_each_brand_is_recognised(api: Any) -> None:
    brands = {"378282246310005": "amex", "5555555555554444": "mastercard", "6011111111111117": "discover"}
    for number, brand in brands.items():
        cvc = "1234" if brand == "amex" else "123"
        method = api.payment_methods.create({"type": "card", "card": {"number": number, **NEXT_DECADE, "cvc": cvc}})
        assert (method.card.brand, method.card.last4) == (brand, number[-4:])


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "42424242"}, "incorrect_number"),
        ({"exp_year": 2020}, "invalid_expiry_year"),
        ({"exp_month": 13}, "invalid_expiry_month"),
        ({"cvc": "12"}, "invalid_cvc"),
        ({"number": "4111111111111111"}, "card_declined"),
    ],
)
def test_a_card_that_cannot_be_is_refused(change: dict[str, Any], code: str, api: Any) -> None:
    card = {"number": "4242424242424242"} | NEXT_DECADE | change
    with pytest.raises(stripe.CardError) as refused:
        api.payment_methods.create({"type": "card", "card": card})
    assert refused.value.code == code


def test_a_method_that_does_not_exist_is_a_refused_parameter(pay: Callable[..., Any]) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="No such PaymentMethod: 'pm_card_nothing'") as refused:
        pay("pm_card_nothing")
    assert (refused.value.code, refused.value.http_status) == ("resource_missing", 400)


def test_a_declining_card_cannot_be_saved_but_the_later_declining_one_can(api: Any, pay: Callable[..., Any]) -> None:
    customer = api.customers.create().id
    with pytest.raises(stripe.CardError):
        api.payment_methods.attach("pm_card_visa_chargeDeclined", {"customer": customer})
    saved = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    with pytest.raises(stripe.CardError):
        pay(saved.id, customer=customer)


def test_every_card_of_the_table_is_a_possible_number_and_each_token_is_unique() -> None:
    assert all(cards.passes_luhn(card.number) for card in cards.CARDS)
    assert len({card.token for card in cards.CARDS}) == len(cards.CARDS)


def test_every_documented_card_is_modelled_or_refused_by_name(api: Any) -> None:
    data = {"type": "card", "card": {"number": "4000000404000038", **NEXT_DECADE}}
    with pytest.raises(
        stripe.InvalidRequestError, match=r"4000000404000038 \(Visa Compelling Evidence 3.0\)"
    ) as refused:
        api.payment_methods.create(data)
    assert refused.value.code == "sandbox_unsupported"
    with pytest.raises(stripe.InvalidRequestError, match="compliance disputes"):
        api.payment_methods.attach("pm_card_createComplianceDispute", {"customer": api.customers.create().id})
    assert not {card.number for card in cards.CARDS} & set(NOT_MODELLED.split())


@pytest.mark.parametrize(("number", "country"), [("4000005280000002", "NL"), ("4000058260000005", "GB")])
def test_a_card_has_the_country_that_its_number_stands_for(number: str, country: str, api: Any) -> None:
    assert (
        api.payment_methods.create({"type": "card", "card": {"number": number, **NEXT_DECADE}}).card.country == country
    )


@pytest.mark.parametrize(
    ("number", "line1", "postal_code"),
    [
        ("4000000000000036", "pass", "fail"),
        ("4000000000000028", "fail", "pass"),
        ("4000000000000010", "fail", "fail"),
        ("4000000000000044", "unavailable", "unavailable"),
        ("4242424242424242", "pass", "pass"),
    ],
)
def test_an_address_is_checked_where_one_was_given(number: str, line1: str, postal_code: str, api: Any) -> None:
    billing = {"address": {"line1": "1 Main Street", "postal_code": "9000"}}
    data = {"type": "card", "card": {"number": number, **NEXT_DECADE}, "billing_details": billing}
    params = {"amount": 900, "currency": "usd", "confirm": True, "payment_method_data": data}
    checks = api.charges.retrieve(api.payment_intents.create(params).latest_charge).payment_method_details.card.checks
    assert (checks.address_line1_check, checks.address_postal_code_check) == (line1, postal_code)
    without = api.charges.retrieve(confirm(api, number).latest_charge).payment_method_details.card.checks
    assert (without.address_line1_check, without.address_postal_code_check) == (None, None)


@pytest.mark.parametrize(
    ("method", "status", "result"),
    [
        ("pm_card_threeDSecureOptional", "requires_action", None),
        ("pm_card_visa", "succeeded", "attempt_acknowledged"),
        ("pm_card_amex_threeDSecureNotSupported", "succeeded", None),
        ("pm_card_threeDSecureOptionalProcessingError", "declined", None),
    ],
)
def test_three_d_secure_on_request_is_asked_of_cards_that_can(
    method: str, status: str, result: str | None, api: Any, pay: Callable[..., Any]
) -> None:
    requested = {"card": {"request_three_d_secure": "any"}}
    assert pay(method).status == "succeeded"
    if status == "declined":
        with pytest.raises(stripe.CardError):
            pay(method, payment_method_options=requested)
        return
    paid = pay(method, payment_method_options=requested)
    assert paid.status == status
    if status == "succeeded":
        shown = api.charges.retrieve(paid.latest_charge).payment_method_details.card.three_d_secure
        assert (shown and shown.result) == result


def test_three_d_secure_can_be_requested_when_confirming(api: Any) -> None:
    intent = api.payment_intents.create({"amount": 900, "currency": "usd"})
    params = {
        "payment_method": "pm_card_threeDSecureOptional",
        "payment_method_options": {"card": {"request_three_d_secure": "challenge"}},
    }
    assert api.payment_intents.confirm(intent.id, params).status == "requires_action"


def test_a_card_that_is_already_set_up_passes_off_session_only(pay: Callable[..., Any]) -> None:
    assert pay("pm_card_authenticationRequiredSetupForOffSession").status == "requires_action"
    assert pay("pm_card_authenticationRequiredSetupForOffSession", off_session=True).status == "succeeded"
