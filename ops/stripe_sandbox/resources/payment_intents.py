"""`/v1/payment_intents`."""

from ..api import Call, Endpoint
from ..errors import Object, invalid_request, unauthorized, unsupported
from ..flows import methods, payments
from ..money import check_amount, check_currency
from ..objects import payment_intent
from ..params import (
    PAGING,
    SHIPPING,
    Boolean,
    Choice,
    Hash,
    Integer,
    List,
    Metadata,
    Param,
    Text,
    edited,
    merge_metadata,
    unmodelled,
)
from ..sandbox import Sandbox
from .lookup import addressed, listing, named, refusing
from .payment_methods import DATA, from_data

EDITABLE: dict[str, Param] = {
    "description": Text(longest=1000, unset=True),
    "metadata": Metadata(),
    "receipt_email": Text(longest=800, unset=True),
    "setup_future_usage": Choice(("off_session", "on_session"), unset=True),
    "shipping": SHIPPING,
    "statement_descriptor": Text(longest=22, unset=True),
    "statement_descriptor_suffix": Text(longest=22, unset=True),
}
OPTIONS = Hash({"card": Hash({"request_three_d_secure": Choice(("any", "automatic", "challenge"))})})
CONFIRMING: dict[str, Param] = {
    "error_on_requires_action": Boolean(),
    "off_session": Boolean(),
    "payment_method": Text(),
    "payment_method_data": Hash(DATA, required=("type",)),
    "return_url": Text(),
    "use_stripe_sdk": Boolean(),
}
MAKING: dict[str, Param] = {
    "amount": Integer(),
    "currency": Text(),
    "customer": Text(),
    "payment_method_options": OPTIONS,
    "payment_method_types": List(Text()),
}
CREATING: dict[str, Param] = (
    EDITABLE
    | CONFIRMING
    | unmodelled(
        "amount_details application_fee_amount confirmation_token excluded_payment_method_types "
        "hooks mandate mandate_data on_behalf_of payment_details payment_method_configuration "
        "radar_options transfer_data transfer_group customer_account"
    )
    | MAKING
    | {
        "automatic_payment_methods": Hash(
            {"allow_redirects": Choice(("always", "never")), "enabled": Boolean()}, required=("enabled",)
        ),
        "capture_method": Choice(("automatic", "automatic_async", "manual")),
        "confirm": Boolean(),
        "confirmation_method": Choice(("automatic", "manual")),
    }
)
UPDATING: dict[str, Param] = (
    EDITABLE
    | unmodelled(
        "amount_details application_fee_amount capture_method customer_account excluded_payment_method_types hooks "
        "payment_details payment_method_configuration payment_method_data transfer_data transfer_group"
    )
    | MAKING
    | {"payment_method": Text(unset=True)}
)
IN_BROWSER: dict[str, Param] = {
    **{name: param for name, param in CONFIRMING.items() if name != "off_session"},
    "client_secret": Text(),
    "receipt_email": Text(unset=True),
    "setup_future_usage": Choice(("off_session", "on_session")),
    "shipping": SHIPPING,
}
_ALWAYS_EDITABLE = {"description", "metadata"}
CONFIRMED = ("receipt_email", "setup_future_usage", "shipping")


def create(box: Sandbox, call: Call) -> Object:
    params = dict(call.params)
    currency = check_currency(params.pop("currency"))
    amount = params.pop("amount")
    check_amount(amount, currency)
    _check_modelled(params)
    _check_confirming(params)
    if "customer" in params:
        named(box, call, "customer")
    method = methods.find(box, params["payment_method"]) if "payment_method" in params else None
    kept = {*EDITABLE, "capture_method", "confirmation_method", "customer", "payment_method_types"}
    fields = {key: value for key, value in params.items() if key in kept}
    fields["metadata"] = merge_metadata({}, params.get("metadata"))
    fields["automatic_payment_methods"] = _automatic(params)
    intent = payment_intent.build(amount, currency, fields)
    _set_options(intent, params)
    if method is not None:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    box.put(intent, "payment_intent.created")
    return _confirm(box, call, intent) if params.get("confirm") else intent


def _check_modelled(params: Object) -> None:
    if params.get("capture_method") == "manual":
        raise unsupported("capture_method=manual", "capture_method")
    if params.get("confirmation_method") == "manual":
        raise unsupported("confirmation_method=manual", "confirmation_method")
    for kind in params.get("payment_method_types", ()):
        if kind not in ("card", "pay_by_bank"):
            raise unsupported(f"the payment method type {kind}", "payment_method_types")
    if "payment_method_types" in params and params.get("automatic_payment_methods", {}).get("enabled"):
        raise invalid_request(
            "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.",
            param="automatic_payment_methods",
        )


def _check_confirming(params: Object) -> None:
    if params.get("confirm"):
        return
    for name in ("off_session", "error_on_requires_action", "return_url", "payment_method_data"):
        if name in params:
            raise invalid_request(f"You cannot provide `{name}` without also setting `confirm` to true.", param=name)


def _automatic(params: Object) -> Object | None:
    """Payment methods are automatic unless their types are named."""
    if "payment_method_types" in params:
        return None
    given = params.get("automatic_payment_methods", {"enabled": True})
    if not given["enabled"]:
        return None
    return {"allow_redirects": given.get("allow_redirects", "always"), "enabled": True}


def _set_options(intent: Object, params: Object) -> None:
    card = params.get("payment_method_options", {}).get("card", {})
    intent["payment_method_options"]["card"] |= card


def _addressed(box: Sandbox, call: Call) -> Object:
    """The intent of the address; a browser must know its client secret."""
    intent = addressed(box, call, "payment_intent", "intent")
    given = call.params.get("client_secret")
    if (call.from_browser or given) and given != intent["client_secret"]:
        raise unauthorized(
            "The client_secret provided does not match any associated PaymentIntent on this "
            "account. Ensure the publishable key used belongs to the same account that created "
            "the PaymentIntent.",
            code="payment_intent_invalid_parameter",
        )
    return intent


def update(box: Sandbox, call: Call) -> Object:
    intent = _addressed(box, call)
    params: Object = dict(call.params)
    _check_modelled(params)
    for name in params.keys() - _ALWAYS_EDITABLE:
        _check_open(intent, name)
    if "customer" in params:
        named(box, call, "customer")
    if "currency" in params:
        params["currency"] = check_currency(params["currency"])
    changed = intent | params
    check_amount(changed["amount"], changed["currency"])
    _set_options(intent, params)
    params.pop("payment_method_options", None)
    if "payment_method" in params:
        params |= _chosen(box, params["payment_method"])
    return box.store.put(edited(intent, params))


def _check_open(intent: Object, name: str) -> None:
    if intent["status"] not in payments.OPEN:
        raise payments.unexpected_state(
            f"This PaymentIntent's {name} could not be updated because it has a status of "
            f"{intent['status']}. You may only update the {name} of a PaymentIntent with one of "
            f"the following statuses: {', '.join(payments.OPEN)}.",
            intent,
        )


def _chosen(box: Sandbox, method_id: str | None) -> Object:
    if method_id is None:
        return {"payment_method": None, "status": "requires_payment_method"}
    method = methods.find(box, method_id)
    return {"next_action": None, "payment_method": method["id"], "status": "requires_confirmation"}


def confirm(box: Sandbox, call: Call) -> Object:
    intent = _addressed(box, call)
    if (status := intent["status"]) not in payments.OPEN:
        done = f"it has a status of {status}"
        if status == "succeeded":
            done = "it has already succeeded after being previously confirmed"
        raise payments.unexpected_state(f"You cannot confirm this PaymentIntent because {done}.", intent)
    intent |= {name: call.params[name] for name in CONFIRMED if name in call.params}
    _set_options(intent, call.params)
    return _confirm(box, call, intent)


def _confirm(box: Sandbox, call: Call, intent: Object) -> Object:
    params = call.params
    if "payment_method_data" in params:
        method = from_data(box, params["payment_method_data"])
    elif chosen := params.get("payment_method") or intent["payment_method"]:
        known = box.store["payment_method"].get(intent["payment_method"] or "")
        fresh = not params.get("confirm") or known is None
        method = methods.find(box, chosen) if fresh else known or {}
    else:
        raise payments.unexpected_state(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can "
            "either update the PaymentIntent with a payment method and then confirm it again, or "
            "confirm it again directly with a payment method or ConfirmationToken.",
            intent,
        )
    _check_method(intent, method, params)
    by_script = params.get("use_stripe_sdk") and method["type"] == "card"
    return_url = None if by_script else params.get("return_url")
    return payments.confirm(
        box,
        intent,
        method,
        off_session=params.get("off_session", False) or params.get("error_on_requires_action", False),
        next_action=payments.authentication_action(intent, call.origin, return_url),
    )


def _check_method(intent: Object, method: Object, params: Object) -> None:
    """A bank's page needs an address to come back to, and pounds."""
    kind = method["type"]
    if kind not in intent["payment_method_types"]:
        raise invalid_request(
            f"The PaymentMethod provided ({kind}) is not allowed for this PaymentIntent. Please attach a payment method "
            f"of one of the following types: {', '.join(intent['payment_method_types'])}.",
            param="payment_method",
        )
    if kind == "card":
        return
    if intent["currency"] != "gbp":
        raise invalid_request(f"The payment method {kind} does not support the currency {intent['currency']}.")
    if params.get("off_session"):
        raise unsupported(f"{kind} off session", "off_session")
    if "return_url" not in params:
        raise invalid_request(
            f"A return_url must be specified when confirming with the payment method type {kind}.",
            code="parameter_missing",
            param="return_url",
        )


def cancel(box: Sandbox, call: Call) -> Object:
    return payments.cancel(box, _addressed(box, call), call.params.get("cancellation_reason"))


_REASONS = ("abandoned", "duplicate", "fraudulent", "requested_by_customer")
ENDPOINTS = (
    Endpoint("GET", "/v1/payment_intents", listing("payment_intent", "customer"), PAGING | {"customer": Text()}),
    Endpoint("POST", "/v1/payment_intents", create, CREATING, required=("amount", "currency")),
    Endpoint(
        "GET",
        "/v1/payment_intents/{id}",
        _addressed,
        {"client_secret": Text()},
        browser={"client_secret": Text(), "is_stripe_sdk": Boolean()},
    ),
    Endpoint("POST", "/v1/payment_intents/{id}", update, UPDATING),
    Endpoint(
        "POST",
        "/v1/payment_intents/{id}/confirm",
        confirm,
        CONFIRMING
        | unmodelled(
            "amount_details amount_to_confirm capture_method confirmation_token excluded_payment_method_types hooks "
            "mandate mandate_data payment_details payment_method_types radar_options"
        )
        | {"payment_method_options": OPTIONS}
        | {name: EDITABLE[name] for name in CONFIRMED}
        | {"client_secret": Text()},
        browser=IN_BROWSER,
    ),
    Endpoint("POST", "/v1/payment_intents/{id}/cancel", cancel, {"cancellation_reason": Choice(_REASONS)}),
    refusing("POST", "/v1/payment_intents/{id}/capture", "capturing payments by hand"),
)
