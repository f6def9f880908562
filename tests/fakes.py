"""A payment provider in memory that keeps the gateway's contract, idempotency included."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

import pytest
from django.conf import settings

from payments.gateway.base import (
    Charge,
    DisputeResult,
    GatewayError,
    GatewayFailed,
    GatewayNotFound,
    GatewayRefused,
    GatewayUnreachable,
    Intent,
    RefundResult,
)
from portal.common import clock
from portal.common.clock import from_epoch


def _inside(moment: datetime, since: datetime, until: datetime) -> bool:
    """Stripe's `created` is in whole seconds, both ends included."""
    return int(since.timestamp()) <= int(moment.timestamp()) <= int(until.timestamp())


@dataclass
class FakeGateway:
    """`fail_next` holds errors to raise before acting (None: none); `lose_next` to act and then lose the reply.

    A new intent's failure in `fail_keys_next` (500) is kept with its key, as Stripe keeps it.
    """

    intents: dict[str, Intent] = field(default_factory=dict)
    refunds: dict[str, RefundResult] = field(default_factory=dict)
    by_key: dict[str, str] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    fail_next: list[GatewayError | None] = field(default_factory=list)
    lose_next: int = 0
    fail_keys_next: int = 0
    failed_keys: set[str] = field(default_factory=set)
    charges: dict[str, Charge] = field(default_factory=dict)
    accounts: dict[str, dict[str, Any]] = field(default_factory=dict)
    receipt_emails: dict[str, str] = field(default_factory=dict)
    disputes: dict[str, DisputeResult] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    evidence: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    current: ClassVar["FakeGateway"]

    @classmethod
    def from_settings(cls) -> "FakeGateway":
        return cls.current

    def _enter(self, call: str) -> None:
        self.calls.append(call)
        error = self.fail_next.pop(0) if self.fail_next else None
        if error is not None:
            raise error

    def _answer(self, result: Any) -> Any:
        if self.lose_next:
            self.lose_next -= 1
            raise GatewayUnreachable("timeout")
        return result

    def create_deposit_intent(
        self, booking: Any, amount: int, *, payment_id: int, idempotency_key: str, receipt_email: str = ""
    ) -> Intent:
        self._enter("create_deposit_intent")
        if self.fail_keys_next and idempotency_key not in self.by_key:
            self.fail_keys_next -= 1
            self.failed_keys.add(idempotency_key)
        if idempotency_key in self.failed_keys:
            raise GatewayFailed("http_500")
        if idempotency_key not in self.by_key:
            intent = Intent(
                id=f"pi_{len(self.intents) + 1}_{payment_id}",
                status="requires_payment_method",
                amount=amount,
                amount_received=0,
                currency=booking.currency,
                livemode=False,
                created_at=clock.now(),
                metadata={"payment_id": str(payment_id), "booking_reference": booking.reference},
                client_secret="secret",
                receipt_email=receipt_email,
            )
            self.intents[intent.id] = intent
            self.by_key[idempotency_key] = intent.id
        return self._answer(self.intents[self.by_key[idempotency_key]])

    def retrieve_intent(self, intent_id: str) -> Intent:
        self._enter("retrieve_intent")
        if intent_id not in self.intents:
            raise GatewayNotFound("resource_missing")
        return self._answer(self.intents[intent_id])

    def cancel_intent(self, intent_id: str) -> Intent:
        self._enter("cancel_intent")
        if intent_id not in self.intents:
            raise GatewayNotFound("resource_missing")
        if self.intents[intent_id].status in ("succeeded", "processing", "canceled"):
            raise GatewayRefused("payment_intent_unexpected_state")
        self.set(intent_id, status="canceled", cancellation_reason="abandoned")
        return self._answer(self.intents[intent_id])

    def update_receipt_email(self, intent_id: str, receipt_email: str) -> Intent:
        self._enter("update_receipt_email")
        self.receipt_emails[intent_id] = receipt_email
        return self._answer(self.set(intent_id, receipt_email=receipt_email))

    def retrieve_account(self, account_id: str) -> Mapping[str, Any]:
        self._enter("retrieve_account")
        return self._answer(self.accounts[account_id])

    def retrieve_charge(self, charge_id: str) -> Charge:
        self._enter("retrieve_charge")
        if charge_id not in self.charges:
            raise GatewayNotFound("resource_missing")
        return self._answer(self.charges[charge_id])

    def refund(self, intent_id: str, amount: int, *, refund_id: int, idempotency_key: str) -> RefundResult:
        self._enter("refund")
        if idempotency_key not in self.by_key:
            sent = [r for r in self.list_of(intent_id) if r.status in ("pending", "succeeded")]
            if sum(r.amount for r in sent) + amount > self.intents[intent_id].amount_received:
                raise GatewayRefused("charge_already_refunded")
            result = RefundResult(
                id=f"re_{len(self.refunds) + 1}",
                intent_id=intent_id,
                charge_id="ch_1",
                status="succeeded",
                amount=amount,
                currency=self.intents[intent_id].currency,
                created_at=clock.now(),
                metadata={"refund_id": str(refund_id)},
            )
            self.refunds[result.id] = result
            self.by_key[idempotency_key] = result.id
        return self._answer(self.refunds[self.by_key[idempotency_key]])

    def retrieve_refund(self, refund_id: str) -> RefundResult:
        self._enter("retrieve_refund")
        if refund_id not in self.refunds:
            raise GatewayNotFound("resource_missing")
        return self._answer(self.refunds[refund_id])

    def list_refunds(self, intent_id: str) -> list[RefundResult]:
        self._enter("list_refunds")
        return self.list_of(intent_id)

    def list_of(self, intent_id: str) -> list[RefundResult]:
        """The intent's refunds, without a call."""
        return [refund for refund in self.refunds.values() if refund.intent_id == intent_id]

    def retrieve_dispute(self, dispute_id: str) -> DisputeResult:
        self._enter("retrieve_dispute")
        if dispute_id not in self.disputes:
            raise GatewayNotFound("resource_missing")
        return self._answer(self.disputes[dispute_id])

    def upload_file(self, content: bytes, *, name: str, idempotency_key: str) -> str:
        self._enter("upload_file")
        if idempotency_key not in self.by_key:
            self.by_key[idempotency_key] = f"file_{len(self.files) + 1}"
            self.files[self.by_key[idempotency_key]] = (name, content)
        return str(self._answer(self.by_key[idempotency_key]))

    def submit_evidence(self, dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str) -> DisputeResult:
        """`winning_evidence` and `losing_evidence` decide at once, as in Stripe's test mode."""
        self._enter("submit_evidence")
        if idempotency_key not in self.by_key:
            found = self.disputes[dispute_id]
            if found.status not in ("needs_response", "warning_needs_response"):
                raise GatewayRefused("invalid_request", "This dispute is already closed.")
            verdict = {"winning_evidence": "won", "losing_evidence": "lost"}.get(evidence.get("uncategorized_text", ""))
            answered = found.status.replace("needs_response", "under_review")
            back = {"withdrawn_amount": 0, "settlement_amount": 0, "fee_amount": 0, "movements": found.movements + 1}
            changes: dict[str, Any] = {"status": verdict or answered, "submissions": found.submissions + 1}
            changes |= back if verdict == "won" else {}
            self.disputes[dispute_id] = replace(found, **changes)
            self.evidence.append((idempotency_key, dict(evidence)))
            self.by_key[idempotency_key] = dispute_id
        return self._answer(self.disputes[dispute_id])

    def intents_between(self, since: datetime, until: datetime) -> Iterator[Intent]:
        self._enter("intents_between")
        return (i for i in list(self.intents.values()) if _inside(i.created_at, since, until))

    def refunds_between(self, since: datetime, until: datetime) -> Iterator[RefundResult]:
        self._enter("refunds_between")
        return (r for r in list(self.refunds.values()) if _inside(r.created_at, since, until))

    def disputes_between(self, since: datetime, until: datetime) -> Iterator[DisputeResult]:
        self._enter("disputes_between")
        return (d for d in list(self.disputes.values()) if _inside(d.created_at, since, until))

    def events_between(self, since: datetime, until: datetime, types: Collection[str]) -> Iterator[dict[str, Any]]:
        self._enter("events_between")
        made = ((event, from_epoch(event["created"])) for event in list(self.events) if event["type"] in types)
        return (event for event, moment in made if _inside(moment, since, until))

    def set(self, intent_id: str, **changes: Any) -> Intent:
        """Change an intent, as the cardholder or Stripe would."""
        self.intents[intent_id] = replace(self.intents[intent_id], **changes)
        return self.intents[intent_id]

    def pay(self, intent_id: str) -> Intent:
        """The cardholder pays."""
        intent = self.intents[intent_id]
        return self.set(
            intent_id, status="succeeded", amount_received=intent.amount, latest_charge_id=f"ch_{intent_id}"
        )


def use_gateway(fake: FakeGateway, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """Have the domain talk to `fake` until `monkeypatch` is undone."""
    monkeypatch.setattr(settings, "PAYMENT_GATEWAY", "tests.fakes.FakeGateway")
    monkeypatch.setattr(FakeGateway, "current", fake, raising=False)
    return fake
