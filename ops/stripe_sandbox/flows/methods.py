"""Making payment methods from cards: checked as the bank's network checks them."""

import time

from .. import cards
from ..cards import Card
from ..errors import Object, StripeError, card_error, no_such, unsupported
from ..objects import payment_method
from ..sandbox import Sandbox

_NOT_A_TEST_CARD = (
    "Your card was declined. Your request was in test mode, but used a non test card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing."
)


def create(box: Sandbox, given: Object, fields: Object) -> Object:
    """From a card's `number`, `exp_month`, `exp_year` and `cvc`; raises Stripe's card errors."""
    card = _known_card(given["number"].replace(" ", ""))
    year = given["exp_year"] + (2000 if given["exp_year"] < 100 else 0)
    _check_expiry(given["exp_month"], year)
    cvc = given.get("cvc")
    if cvc is not None and not (cvc.isdigit() and len(cvc) == _cvc_length(card)):
        raise _refused("Your card's security code is invalid.", "invalid_cvc", "cvc")
    return _save(box, card, given["exp_month"], year, cvc_given=cvc is not None, fields=fields)


def create_bank(box: Sandbox, fields: Object) -> Object:
    method = box.store.put(payment_method.build_bank(fields))
    box.store.annotate(method["id"], card=cards.BANK.token)
    return method


def from_test_card(box: Sandbox, card: Card, fields: Object | None = None) -> Object:
    """What `pm_card_…` stands for: a fresh payment method that expires next year."""
    year = time.gmtime().tm_year + 1
    return _save(box, card, 8, year, cvc_given=True, fields=fields or {})


def find(box: Sandbox, method_id: str) -> Object:
    """The payment method with this id, or a new one for a test method's name."""
    if (method := box.store["payment_method"].get(method_id)) is not None:
        return method
    if (card := cards.by_test_method(method_id)) is not None:
        return from_test_card(box, card)
    if what := cards.not_modelled(method_id.removeprefix("pm_card_")):
        raise unsupported(f"the test card {method_id} ({what})", "payment_method")
    raise no_such("PaymentMethod", method_id, "payment_method")


def check_attachable(box: Sandbox, method: Object) -> None:
    """Declining cards cannot be saved, except the one that exists to decline later; nor can a bank."""
    if method["type"] != "card":
        raise unsupported(f"saving payment methods of the type {method['type']}", "payment_method")
    card = cards.by_token(box.store.note(method["id"])["card"])
    if card.decline is not None and card.token != "chargeCustomerFail":
        raise card_error(card.decline.message, code=card.decline.code, decline_code=card.decline.decline_code)


def _save(box: Sandbox, card: Card, month: int, year: int, *, cvc_given: bool, fields: Object) -> Object:
    method = payment_method.build(card, month, year, cvc_given=cvc_given, fields=fields)
    box.store.put(method)
    box.store.annotate(method["id"], card=card.token)
    return method


def _known_card(number: str) -> Card:
    if not number.isdigit() or not 12 <= len(number) <= 19 or not cards.passes_luhn(number):
        raise _refused("Your card number is incorrect.", "incorrect_number", "number")
    card = cards.by_number(number)
    if what := cards.not_modelled(number):
        raise unsupported(f"the test card {number} ({what})", "number")
    if card is None:
        raise card_error(_NOT_A_TEST_CARD, code="card_declined", decline_code="test_mode_live_card")
    return card


def _check_expiry(month: int, year: int) -> None:
    now = time.gmtime()
    if not 1 <= month <= 12:
        raise _refused("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")
    if not now.tm_year <= year <= now.tm_year + 50:
        raise _refused("Your card's expiration year is invalid.", "invalid_expiry_year", "exp_year")
    if (year, month) < (now.tm_year, now.tm_mon):
        raise _refused("Your card's expiration month is invalid.", "invalid_expiry_month", "exp_month")


def _cvc_length(card: Card) -> int:
    return 4 if card.brand == "amex" else 3


def _refused(message: str, code: str, param: str) -> StripeError:
    return card_error(message, code=code, param=param)
