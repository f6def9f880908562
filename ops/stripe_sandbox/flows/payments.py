"""The life of a payment intent (docs.stripe.com/payments/paymentintents/lifecycle)."""

from dataclasses import replace

from .. import cards, clock
from ..cards import Authentication, Card, Decline, Risk
from ..errors import Object, StripeError, card_error, invalid_request
from ..ids import new_id
from ..objects import charge as charges
from ..objects.balance_transaction import processing_fee
from ..sandbox import Sandbox
from . import accounts, disputes, methods, radar

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELABLE = (*OPEN[:1], "requires_capture", *OPEN[1:])
BALANCE_DELAY = 0.3  # seconds until an asynchronously captured charge has its balance transaction
DISPUTE_DELAY = 0.5
_AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. Please choose a different payment method and try again."
)


def card_of(box: Sandbox, method: Object) -> Card:
    return cards.by_token(box.store.note(method["id"])["card"])


def unexpected_state(message: str, intent: Object) -> StripeError:
    return invalid_request(message, code="payment_intent_unexpected_state", payment_intent=intent)


def confirm(box: Sandbox, intent: Object, method: Object, *, off_session: bool, next_action: Object) -> Object:
    """Charges the card, or asks for authentication. A decline raises Stripe's card error."""
    accounts.check_may_charge(box)
    card = card_of(box, method)
    intent |= {"payment_method": method["id"], "next_action": None, "last_payment_error": None}
    requested = intent["payment_method_options"]["card"]["request_three_d_secure"] in ("any", "challenge")
    if not _must_authenticate(box, card, method, off_session=off_session, requested=requested):
        attempted = requested and not off_session and card.supports_3ds and not card.authentication_fails
        return _charge(box, intent, method, card, three_d_secure="attempt_acknowledged" if attempted else None)
    if card.authentication_fails:
        return _charge(box, intent, method, card, decline=cards.GENERIC)
    if off_session:
        return _charge(box, intent, method, card, decline=cards.AUTHENTICATION_REQUIRED)
    intent |= {"status": "requires_action", "next_action": next_action}
    return box.put(intent, "payment_intent.requires_action")


def _must_authenticate(box: Sandbox, card: Card, method: Object, *, off_session: bool, requested: bool) -> bool:
    match card.authentication:
        case Authentication.UNLESS_SET_UP if off_session:
            return not box.store.note(method["id"]).get("set_up", False)
        case Authentication.ON_SESSION:
            return not off_session
        case Authentication.ON_REQUEST:
            return requested and not off_session
        case _:
            return card.authentication is not Authentication.NEVER


def authenticate(box: Sandbox, intent: Object, *, passed: bool, pending: bool = False) -> Object:
    """The customer came back from 3-D Secure or from the bank, which may take its time (`pending`)."""
    if intent["status"] != "requires_action":
        raise unexpected_state(
            f"This PaymentIntent has a status of {intent['status']}; there is nothing to authenticate.", intent
        )
    method = box.store.get("payment_method", intent["payment_method"])
    intent["next_action"] = None
    card = card_of(box, method)
    if passed and method["type"] == "card":
        return _charge(box, intent, method, card, three_d_secure="authenticated")
    if passed:
        return _charge(box, intent, method, replace(card, stays_processing=pending))
    code = "payment_intent_authentication_failure"
    return _fail(box, intent, invalid_request(_AUTHENTICATION_FAILED, code=code, payment_method=method).error)


def _charge(
    box: Sandbox,
    intent: Object,
    method: Object,
    card: Card,
    *,
    decline: Decline | None = None,
    three_d_secure: str | None = None,
) -> Object:
    decline = decline or card.decline
    charge = charges.build(intent, method, card, address=box.address, decline=decline, three_d_secure=three_d_secure)
    box.store.put(charge)
    intent["latest_charge"] = charge["id"]
    if decline is not None:
        return _decline(box, intent, charge, method, decline)
    if card.stays_processing:
        details = {"card": {}, "type": "card"} if method["type"] == "card" else None
        intent |= {"status": "processing", "processing": details}
        box.store.put(intent)
        box.emit("charge.pending", charge)
        box.emit("payment_intent.processing", intent)
        return intent
    return _succeed(box, intent, charge)


def _decline(box: Sandbox, intent: Object, charge: Object, method: Object, decline: Decline) -> Object:
    network = {"advice_code": "try_again_later", "network_decline_code": decline.network_code}
    error = _card_error(decline, charge, method, **network)
    box.emit("charge.failed", charge)
    intent = _fail(box, intent, error)
    raise StripeError(402, error | {"payment_intent": intent})


def _card_error(decline: Decline, charge: Object, method: Object, **network: str) -> Object:
    of_bank = {"decline_code": decline.decline_code, "charge": charge["id"], "payment_method": method, **network}
    return card_error(decline.message, code=decline.code, **of_bank).error


def _fail(box: Sandbox, intent: Object, error: Object) -> Object:
    """Back to the start, with the reason; the intent can be confirmed again."""
    intent |= {
        "last_payment_error": error,
        "next_action": None,
        "payment_method": None,
        "processing": None,
        "status": "requires_payment_method",
    }
    return box.put(intent, "payment_intent.payment_failed")


def _succeed(box: Sandbox, intent: Object, charge: Object) -> Object:
    intent |= {
        "amount_received": intent["amount"],
        "last_payment_error": None,
        "next_action": None,
        "processing": None,
        "status": "succeeded",
    }
    box.store.put(intent)
    _remember_card(box, intent)
    if intent["capture_method"] == "automatic":
        charge = _book(box, charge)
    else:
        box.timers.later(BALANCE_DELAY, "book_charge", charge["id"])
    box.emit("charge.succeeded", charge)
    box.emit("payment_intent.succeeded", intent)
    card = _card_of_charge(box, charge)
    if card.risk is Risk.ELEVATED:
        radar.open_review(box, charge)
    if card.dispute:
        box.timers.later(DISPUTE_DELAY, "dispute_charge", charge["id"])
    if card.fraud_warning:
        box.timers.later(DISPUTE_DELAY, "warn_of_fraud", charge["id"])
    return box.store.get("payment_intent", intent["id"])


def _remember_card(box: Sandbox, intent: Object) -> None:
    if intent["setup_future_usage"] and intent["customer"]:
        method = box.store.get("payment_method", intent["payment_method"])
        attach(box, method, intent["customer"])
        box.store.annotate(method["id"], set_up=True)


def attach(box: Sandbox, method: Object, customer_id: str) -> Object:
    if method["customer"] == customer_id:
        return method
    box.store.put(method | {"customer": customer_id})
    attached = box.store.get("payment_method", method["id"])
    box.emit("payment_method.attached", attached)
    return attached


def _card_of_charge(box: Sandbox, charge: Object) -> Card:
    return card_of(box, box.store.get("payment_method", charge["payment_method"]))


def _book(box: Sandbox, charge: Object) -> Object:
    moved = box.move_money(
        "charge",
        charge,
        charge["amount"],
        fee=processing_fee(box.settled(charge["amount"], charge["currency"])),
        available_at_once=_card_of_charge(box, charge).available_at_once,
    )
    return box.store.put(charge | {"balance_transaction": moved["id"]})


def book_charge(box: Sandbox, charge_id: str) -> None:
    """The charge's balance transaction now exists."""
    old = box.store.get("charge", charge_id)
    if old["balance_transaction"] is None:
        box.emit_change("charge.updated", old, _book(box, old))


def dispute_charge(box: Sandbox, charge_id: str) -> None:
    """The disputing test cards: the cardholder complains right after the payment."""
    book_charge(box, charge_id)
    charge = box.store.get("charge", charge_id)
    card = _card_of_charge(box, charge)
    left = charge["amount"] - charge["amount_refunded"]
    if charge["disputed"] or left <= 0:
        return
    reason = card.dispute or "fraudulent"
    if card.disputes == 1 or left == 1:
        disputes.open_dispute(box, charge, reason=reason, inquiry=card.inquiry)
        return
    disputes.open_dispute(box, charge, reason=reason, amount=left // 2)
    disputes.open_dispute(box, box.store.get("charge", charge_id), reason=reason, amount=left - left // 2)


def warn_of_fraud(box: Sandbox, charge_id: str) -> None:
    """The test card with an early fraud warning: the issuer reports the charge right after the payment."""
    radar.warn_of_fraud(box, box.store.get("charge", charge_id), "misc")


def settle(box: Sandbox, intent: Object, *, succeeded: bool) -> Object:
    """Ends `processing`, which the sandbox only does when told to."""
    if intent["status"] != "processing":
        raise unexpected_state(f"This PaymentIntent has a status of {intent['status']}, not processing.", intent)
    charge = box.store.get("charge", intent["latest_charge"])
    if succeeded:
        outcome = charge | {
            "amount_captured": charge["amount"],
            "captured": True,
            "paid": True,
            "receipt_url": f"{box.address}/receipts/{charge['id']}",
            "status": "succeeded",
        }
        return _succeed(box, intent, box.store.put(outcome))
    decline = cards.GENERIC
    failed = charge | {"failure_code": decline.code, "failure_message": decline.message, "status": "failed"}
    box.put(failed, "charge.failed")
    method = box.store.get("payment_method", intent["payment_method"])
    return _fail(box, intent, _card_error(decline, charge, method))


def hold(box: Sandbox, intent: Object) -> Object:
    """Puts an open intent into `processing`, as if a slow card had been used."""
    if intent["status"] not in OPEN:
        raise unexpected_state(
            f"This PaymentIntent has a status of {intent['status']}; it cannot be put on hold.", intent
        )
    method = methods.from_test_card(box, cards.by_token("sandboxProcessing"))
    return confirm(box, intent, method, off_session=False, next_action={})


def cancel(box: Sandbox, intent: Object, reason: str | None) -> Object:
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}. "
            "Only a PaymentIntent with one of the following statuses may be canceled: "
            f"{', '.join(CANCELABLE)}.",
            intent,
        )
    intent |= {"canceled_at": clock.now(), "cancellation_reason": reason, "next_action": None, "status": "canceled"}
    return box.put(intent, "payment_intent.canceled")


def authentication_action(intent: Object, origin: str, return_url: str | None) -> Object:
    """`next_action`: a frame for Stripe.js, or an address to go to where a `return_url` was given."""
    page = f"{origin}/v3/authenticate?client_secret={intent['client_secret']}"
    if return_url is not None:
        return {"redirect_to_url": {"return_url": return_url, "url": f"{page}&return=1"}, "type": "redirect_to_url"}
    return {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"source": new_id("payatt"), "stripe_js": page, "type": "three_d_secure_redirect"},
    }
