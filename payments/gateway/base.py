"""What the portal needs of a payment provider: calls, typed results, and errors with a sentence for a caregiver."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from portal.bookings.models import Booking


@dataclass(frozen=True, slots=True)
class PaymentError:
    """Why the last attempt on an intent failed; `sentence` is Stripe's, for the cardholder."""

    code: str
    decline_code: str = ""
    sentence: str = ""
    charge_id: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A PaymentIntent. Amounts in minor units; `currency` in capitals; `status` in Stripe's words."""

    id: str
    status: str
    amount: int
    amount_received: int
    currency: str
    livemode: bool
    created_at: datetime
    metadata: dict[str, str]
    latest_charge_id: str = ""
    client_secret: str = field(default="", repr=False)
    receipt_email: str = field(default="", repr=False)
    last_error: PaymentError | None = None
    cancellation_reason: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge. The fee, in minor units of `settlement_currency`, is known when its balance transaction is.

    `paid_with` is for the payer, and all that is kept of a card: Visa …4242.
    """

    id: str
    intent_id: str
    status: str
    amount: int
    amount_refunded: int
    currency: str
    livemode: bool
    disputed: bool
    balance_transaction_id: str = ""
    fee_amount: int | None = None
    settlement_currency: str = ""
    receipt_url: str = ""
    paid_with: str = ""


@dataclass(frozen=True, slots=True)
class RefundResult:
    """A refund at Stripe; `status` in Stripe's words, empty where Stripe says none."""

    id: str
    intent_id: str
    charge_id: str
    status: str
    amount: int
    currency: str
    created_at: datetime
    metadata: dict[str, str]
    failure_code: str = ""
    balance_transaction_id: str = ""


@dataclass(frozen=True, slots=True)
class DisputeResult:
    """A dispute at Stripe. `amount` and `withdrawn_amount` in minor units of `currency`, the charge's.

    `settlement_amount` and `fee_amount` are the sums of its balance transactions (sign turned) and of their fees, in
    `settlement_currency`, which Stripe chooses; `movements` counts the balance transactions, `submissions` the answers
    that the bank was given.
    """

    id: str
    intent_id: str
    charge_id: str
    status: str
    reason: str
    amount: int
    currency: str
    created_at: datetime
    is_charge_refundable: bool
    withdrawn_amount: int
    evidence_due_at: datetime | None
    settlement_currency: str = ""
    settlement_amount: int = 0
    fee_amount: int = 0
    movements: int = 0
    submissions: int = 0


class GatewayError(Exception):
    """The provider did not do what was asked. `sentence` is for the caregiver, `code` for the log.

    `explanation` is Stripe's own sentence, for finance alone; it may repeat what was sent, so it is never logged.
    """

    def __init__(self, code: str, sentence: str, explanation: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.sentence = sentence
        self.explanation = explanation


class GatewayUnreachable(GatewayError):
    """No answer, or one that says try later: whether it was done is unknown."""

    def __init__(self, code: str) -> None:
        super().__init__(
            code, _("We can’t reach our payment provider right now. No payment has been taken. Please try again soon.")
        )


class GatewayFailed(GatewayUnreachable):
    """A 500: Stripe failed at it, whether it was done is unknown, and the same key is answered so for a day."""


class GatewayRefused(GatewayError):
    """A definitive no: it was not done and will not be."""

    def __init__(self, code: str, explanation: str = "") -> None:
        sentence = _("Our payment provider didn’t accept this. No payment has been taken. Please contact us.")
        super().__init__(code, sentence, explanation)


class GatewayNotFound(GatewayRefused):
    """Stripe has no such object in this account and mode (404, `resource_missing`)."""


class GatewayMisconfigured(GatewayRefused):
    """Our key or our request is wrong: an operator has to look."""


class PaymentGateway(Protocol):
    """Every call leaves the machine: never inside a transaction. Each raises a GatewayError subclass."""

    @classmethod
    def from_settings(cls) -> "PaymentGateway":
        """A gateway with the settings' key, address and timeout."""

    def create_deposit_intent(
        self, booking: "Booking", amount: int, *, payment_id: int, idempotency_key: str, receipt_email: str = ""
    ) -> Intent:
        """Ask for `amount` minor units of the booking's currency; the same key gives the same intent."""

    def retrieve_intent(self, intent_id: str) -> Intent:
        """The intent as it is now."""

    def cancel_intent(self, intent_id: str) -> Intent:
        """Cancel it; GatewayRefused when it has succeeded or is being processed."""

    def update_receipt_email(self, intent_id: str, receipt_email: str) -> Intent:
        """Where Stripe sends its receipt; empty for nowhere. GatewayRefused once it is paid or cancelled."""

    def retrieve_account(self, account_id: str) -> Mapping[str, Any]:
        """The account as it is now, in Stripe's own fields."""

    def retrieve_charge(self, charge_id: str) -> Charge:
        """The charge with its balance transaction."""

    def refund(self, intent_id: str, amount: int, *, refund_id: int, idempotency_key: str) -> RefundResult:
        """Send `amount` minor units back; the same key refunds once."""

    def retrieve_refund(self, refund_id: str) -> RefundResult:
        """The refund as it is now."""

    def list_refunds(self, intent_id: str) -> list[RefundResult]:
        """Every refund of the intent, newest first."""

    def retrieve_dispute(self, dispute_id: str) -> DisputeResult:
        """The dispute as it is now."""

    def upload_file(self, content: bytes, *, name: str, idempotency_key: str) -> str:
        """Hand Stripe a file for the answer to a dispute; its id. The same key uploads once."""

    def submit_evidence(self, dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str) -> DisputeResult:
        """Send `evidence` (texts and file ids by Stripe's field names) to the bank, which can be done once."""

    def intents_between(self, since: datetime, until: datetime) -> Iterator[Intent]:
        """Every intent created from `since` to `until`, newest first, page by page."""

    def refunds_between(self, since: datetime, until: datetime) -> Iterator[RefundResult]:
        """Every refund created from `since` to `until`, newest first, page by page."""

    def disputes_between(self, since: datetime, until: datetime) -> Iterator[DisputeResult]:
        """Every dispute created from `since` to `until`, newest first, page by page."""

    def events_between(self, since: datetime, until: datetime, types: Collection[str]) -> Iterator[dict[str, Any]]:
        """Every event of `types` made from `since` to `until` as Stripe delivers it, newest first in each 20 types."""
