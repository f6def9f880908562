"""Stripe's documented test cards and test payment methods (docs.stripe.com/testing).

No card number but these is ever accepted, and none is stored: a payment method remembers the
token of its card.
"""

from dataclasses import dataclass
from enum import StrEnum

from .card_tables import BY_COUNTRY, NOT_MODELLED

_DECLINED = "Your card was declined."


@dataclass(frozen=True)
class Decline:
    code: str
    decline_code: str | None
    message: str
    network_code: str = "01"
    blocked: bool = False  # by Radar, so the bank never saw it


class Authentication(StrEnum):
    NEVER = "never"
    UNLESS_SET_UP = "unless_set_up"  # off session it then passes; on session it is always asked for
    ON_SESSION = "on_session"  # as if set up before
    ON_REQUEST = "on_request"  # `request_three_d_secure`, or a Radar rule that the sandbox does not have
    ALWAYS = "always"


class RefundFate(StrEnum):
    SUCCEEDS = "succeeds"
    PENDS = "pends"
    FAILS_LATER = "fails_later"


class Risk(StrEnum):
    """What Radar thinks of a payment that it lets through."""

    NORMAL = "normal"
    ELEVATED = "elevated"  # the default rule of the sandbox queues it for review


@dataclass(frozen=True)
class Card:
    number: str
    token: str
    brand: str = "visa"
    funding: str = "credit"
    country: str = "US"
    decline: Decline | None = None
    authentication: Authentication = Authentication.NEVER
    supports_3ds: bool = True
    authentication_fails: bool = False  # the bank's 3-D Secure cannot be reached
    dispute: str | None = None
    disputes: int = 1
    inquiry: bool = False
    fraud_warning: bool = False
    risk: Risk = Risk.NORMAL
    refund: RefundFate = RefundFate.SUCCEEDS
    stays_processing: bool = False
    available_at_once: bool = False
    cvc_check: str = "pass"
    line1_check: str = "pass"
    postal_code_check: str = "pass"


GENERIC = Decline("card_declined", "generic_decline", _DECLINED)
INSUFFICIENT_FUNDS = Decline(
    "card_declined", "insufficient_funds", "Your card has insufficient funds. Try a different card.", "51"
)
LOST = Decline("card_declined", "lost_card", _DECLINED, "41")
STOLEN = Decline("card_declined", "stolen_card", _DECLINED, "43")
FRAUDULENT = Decline("card_declined", "fraudulent", _DECLINED, blocked=True)
_TOO_OFTEN = "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."
VELOCITY = Decline("card_declined", "card_velocity_exceeded", _TOO_OFTEN, "61")
EXPIRED = Decline("expired_card", None, "Your card has expired.", "54")
INCORRECT_CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.", "N7")
PROCESSING_ERROR = Decline(
    "processing_error", None, "An error occurred while processing your card. Try again in a little bit.", "96"
)
_ASKS = "Your card was declined. This transaction requires authentication."
AUTHENTICATION_REQUIRED = Decline("authentication_required", "authentication_required", _ASKS, "1A")


def _by_country() -> tuple[Card, ...]:
    rows = (line.split() for line in BY_COUNTRY.split("\n") if line)
    return tuple(
        Card(number, token, brand, "debit" if token.endswith("_debit") else "credit", country)
        for number, token, country, brand in rows
    )


UNLESS_SET_UP, ON_SESSION, ON_REQUEST, ALWAYS = list(Authentication)[1:]
CARDS = (
    Card("4242424242424242", "visa"),
    Card("4000056655665556", "visa_debit", funding="debit"),
    Card("5555555555554444", "mastercard", "mastercard"),
    Card("2223003122003222", "mastercard_2series", "mastercard"),
    Card("5200828282828210", "mastercard_debit", "mastercard", "debit"),
    Card("5105105105105100", "mastercard_prepaid", "mastercard", "prepaid"),
    Card("378282246310005", "amex", "amex"),
    Card("371449635398431", "amex_second", "amex"),
    Card("6011111111111117", "discover", "discover"),
    Card("3056930009020004", "diners", "diners"),
    Card("3566002020360505", "jcb", "jcb", country="JP"),
    Card("6200000000000005", "unionpay", "unionpay", country="CN"),
    Card("4000000000000002", "chargeDeclined", decline=GENERIC),
    Card("4000000000009995", "chargeDeclinedInsufficientFunds", decline=INSUFFICIENT_FUNDS),
    Card("4000000000009987", "chargeDeclinedLostCard", decline=LOST),
    Card("4000000000009979", "chargeDeclinedStolenCard", decline=STOLEN),
    Card("4000000000000069", "chargeDeclinedExpiredCard", decline=EXPIRED),
    Card("4000000000000127", "chargeDeclinedIncorrectCvc", decline=INCORRECT_CVC, cvc_check="fail"),
    Card("4000000000000119", "chargeDeclinedProcessingError", decline=PROCESSING_ERROR),
    Card("4000000000006975", "chargeDeclinedVelocityLimitExceeded", decline=VELOCITY),
    Card("4000000000000341", "chargeCustomerFail", decline=GENERIC),
    Card("4100000000000019", "radarBlock", decline=FRAUDULENT),
    Card("4000000000000101", "cvcCheckFail", cvc_check="fail"),
    Card("4000000000000036", "avsZipFail", postal_code_check="fail"),
    Card("4000000000000028", "avsLine1Fail", line1_check="fail"),
    Card("4000000000000010", "avsFail", line1_check="fail", postal_code_check="fail"),
    Card("4000000000000044", "avsUnchecked", line1_check="unavailable", postal_code_check="unavailable"),
    Card("4000002500003155", "authenticationRequiredOnSetup", authentication=UNLESS_SET_UP),
    Card("4000002760003184", "authenticationRequired", authentication=ALWAYS),
    Card("4000000000003220", "threeDSecure2Required", authentication=ALWAYS),
    Card("4000000000003063", "threeDSecureRequired", authentication=ALWAYS),
    Card("4000008400000027", "threeDSecure2RequiredUs", authentication=ALWAYS),
    Card("4000003800000446", "authenticationRequiredSetupForOffSession", authentication=ON_SESSION),
    Card("4000000000003055", "threeDSecureOptional", authentication=ON_REQUEST),
    Card(
        "4000000000003097", "threeDSecureOptionalProcessingError", authentication=ON_REQUEST, authentication_fails=True
    ),
    Card("4000008400001280", "threeDSecureRequiredProcessingError", authentication=ALWAYS, authentication_fails=True),
    Card(
        "4000008260003178",
        "authenticationRequiredChargeDeclinedInsufficientFunds",
        authentication=ALWAYS,
        decline=INSUFFICIENT_FUNDS,
    ),
    Card("4000008400001629", "threeDSecureRequiredChargeDeclined", authentication=ALWAYS, decline=GENERIC),
    Card("378282246310005", "amex_threeDSecureNotSupported", "amex", supports_3ds=False),
    Card("4000000000000259", "createDispute", dispute="fraudulent"),
    Card("4000000000002685", "createDisputeProductNotReceived", dispute="product_not_received"),
    Card("4000000000001976", "createDisputeInquiry", dispute="fraudulent", inquiry=True),
    Card("4000000404000079", "createMultipleDisputes", dispute="fraudulent", disputes=2),
    Card("4000000000005423", "createIssuerFraudRecord", fraud_warning=True),
    Card("4000000000009235", "riskLevelElevated", risk=Risk.ELEVATED),
    Card("4000000000004954", "riskLevelHighest", decline=FRAUDULENT),
    Card("4000000000007726", "pendingRefund", refund=RefundFate.PENDS),
    Card("4000000000005126", "refundFail", refund=RefundFate.FAILS_LATER),
    Card("4000000000000077", "bypassPending", available_at_once=True),
    Card("4000003720000278", "bypassPendingInternational", country="IE", available_at_once=True),
    # The sandbox's own: the payment stays `processing` until /_control/intents/<id> settles it.
    Card("4000000000007775", "sandboxProcessing", stays_processing=True),
    *_by_country(),
)
# No card: a bank's own page asks the payer, who may leave it pending.
BANK = Card("", "pay_by_bank", brand="", authentication=ALWAYS)
_BY_TOKEN = {card.token: card for card in CARDS}
_BY_NUMBER = {card.number: card for card in reversed(CARDS)}
_NOT_MODELLED = {
    name: what
    for number, token, what in (line.split(" ", 2) for line in NOT_MODELLED.split("\n") if line)
    for name in (number, token)
    if name != "-"
}


def by_token(token: str) -> Card:
    return BANK if token == BANK.token else _BY_TOKEN[token]


def not_modelled(name: str) -> str | None:
    """What a documented test card, by number or name, would do that the sandbox does not model."""
    return _NOT_MODELLED.get(name)


def by_number(number: str) -> Card | None:
    return _BY_NUMBER.get(number)


def by_test_method(payment_method: str) -> Card | None:
    """`pm_card_visa`, `pm_card_visa_chargeDeclined` and the older `pm_card_chargeDeclined`."""
    name = payment_method.removeprefix("pm_card_")
    if name == payment_method:
        return None
    return _BY_TOKEN.get(name) or _BY_TOKEN.get(name.removeprefix("visa_"))


def passes_luhn(number: str) -> bool:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
