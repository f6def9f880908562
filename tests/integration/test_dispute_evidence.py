"""An answer to a dispute through the real client: documents uploaded, submitted once, won, and the money back."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.disputes import apply_dispute
from payments.domain.evidence import request_submission, save_draft, send_evidence
from payments.domain.intent_sync import apply_intent
from payments.gateway import gateway
from payments.gateway.base import GatewayRefused
from payments.models import Dispute, DisputeEvidence, Payment
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.common import clock
from tests.factories import BookingFactory
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, client_of, eventually, running_sandbox

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(autouse=True)
def at_the_sandbox(address: str, settings: Settings) -> None:
    httpx.post(f"{address}/_control/reset", json={"webhook_endpoints": True})
    settings.STRIPE_API_BASE = address
    settings.STRIPE_SECRET_KEY = SECRET_KEY


def cause() -> Cause:
    return Cause(BY, Source.SCHEDULE, clock.now())


@pytest.fixture
def dispute(address: str) -> Dispute:
    """Paid with the card that disputes: £11.25 is withdrawn, and a fee of £15.00."""
    payment = open_checkout(BookingFactory()).payment
    card = {"payment_method": "pm_card_createDispute"}
    client_of(address).v1.payment_intents.confirm(str(payment.intent_id), card)  # type: ignore[arg-type]
    apply_intent(gateway().retrieve_intent(str(payment.intent_id)), cause())
    now = clock.now()
    eventually(lambda: bool(list(gateway().disputes_between(now - timedelta(hours=1), now + timedelta(hours=1)))))
    (found,) = gateway().disputes_between(now - timedelta(hours=1), now + timedelta(hours=1))
    apply_dispute(found, cause())
    return Dispute.objects.get()


def submitted(dispute: Dispute, **texts: str) -> str:
    """Released, submitted and sent; its state."""
    save_draft(
        dispute.pk, texts=texts, released=list(texts), attached={}, removed=[], version=0, cause=Cause(BY, Source.STAFF)
    )
    request_submission(dispute.pk, version=1, cause=Cause(BY, Source.STAFF))
    send_evidence()
    return DisputeEvidence.objects.get().state


def net() -> int:
    return Payment.objects.totals()["GBP"]["net"]


def test_winning_evidence_brings_the_money_and_the_fee_back(address: str, dispute: Dispute) -> None:
    assert (dispute.status, Payment.objects.get().disputed_amount, net()) == ("needs_response", 1125, -1500)
    texts = {"product_description": "Respite care", "receipt": "Paid £11.25", "uncategorized_text": "winning_evidence"}
    assert submitted(dispute, **texts) == "submitted"
    answered = client_of(address).v1.disputes.retrieve(dispute.stripe_dispute_id)
    file = client_of(address).v1.files.retrieve(str(answered.evidence.receipt))
    assert (file.purpose, file.filename, answered.evidence.product_description) == (
        "dispute_evidence", "receipt.pdf", "Respite care",
    )  # fmt: skip
    assert (answered.evidence.uncategorized_file, answered.evidence_details.submission_count) == (None, 1)
    eventually(lambda: gateway().retrieve_dispute(dispute.stripe_dispute_id).status == "won")
    apply_dispute(gateway().retrieve_dispute(dispute.stripe_dispute_id), cause())
    dispute.refresh_from_db()
    assert (dispute.status, dispute.withdrawn_amount, dispute.fee_amount) == ("won", 0, 0)
    assert (Payment.objects.get().disputed_amount, net()) == (0, 1125)


def test_the_same_key_uploads_and_submits_once(address: str, dispute: Dispute) -> None:
    ids = {gateway().upload_file(b"%PDF-1.7\n%%EOF", name="receipt.pdf", idempotency_key="file-1") for _ in range(2)}
    assert len(ids) == 1
    for _ in range(2):
        sent = gateway().submit_evidence(
            dispute.stripe_dispute_id, {"receipt": min(ids), "service_date": "2 November"}, idempotency_key="answer-1"
        )
        assert sent.status == "under_review"
    answered = client_of(address).v1.disputes.retrieve(dispute.stripe_dispute_id)
    assert answered.evidence_details.submission_count == 1


def test_a_refusal_has_stripes_own_sentence(address: str, dispute: Dispute) -> None:
    client_of(address).v1.disputes.close(dispute.stripe_dispute_id)
    with pytest.raises(GatewayRefused) as refused:
        gateway().submit_evidence(dispute.stripe_dispute_id, {"service_date": "2 November"}, idempotency_key="answer-2")
    assert refused.value.explanation == "This dispute is already closed."
    assert submitted(dispute, product_description="Respite care") == "refused"
    dispute.refresh_from_db()
    answer = DisputeEvidence.objects.get()
    assert (dispute.status, answer.refusal) == ("lost", "This dispute is already closed.")
