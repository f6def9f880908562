"""Whether an answer reached the bank, where a reply was lost or a dispute went on."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from payments.domain.disputes import apply_dispute
from payments.domain.evidence import send_evidence, submission_refusal
from payments.domain.evidence.composition import Document
from payments.gateway.base import DisputeResult, GatewayFailed, GatewayMisconfigured, GatewayUnreachable
from payments.models import Dispute, DisputeEvidence, EvidenceFile
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.unit.payments.evidence.answers import actions, due_now, requested, state

pytestmark = pytest.mark.django_db


def test_after_half_a_day_without_a_reply_the_dispute_is_looked_at_first(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    send_evidence()
    stripe.by_key.clear()  # Stripe has forgotten the key
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        send_evidence()
    assert (state(dispute), stripe.calls.count("submit_evidence")) == (("submitted", "under_review"), 1)


def test_a_wrong_key_after_an_unanswered_call_leaves_the_outcome_open(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    send_evidence()
    stripe.fail_next = [GatewayMisconfigured("AuthenticationError")]
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("sending", "needs_response"))
    due_now()
    assert (send_evidence(), state(dispute), len(stripe.evidence)) == (1, ("submitted", "under_review"), 1)


def test_a_failure_of_stripes_gets_a_new_key_once_the_dispute_still_waits(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    requested(dispute)
    stripe.fail_next = [GatewayFailed("http_500")]
    send_evidence()
    due_now()
    send_evidence()
    assert [key.rpartition("-")[2] for key, _ in stripe.evidence] == ["2"]
    assert stripe.calls == [*stripe.calls[:-3], "submit_evidence", "retrieve_dispute", "submit_evidence"]


def unanswered(dispute: Dispute, stripe: FakeGateway, **changes: Any) -> None:
    """Stripe failed at an answer that it then has not, and the dispute goes on in another way."""
    stripe.fail_next = [GatewayFailed("http_500")]
    send_evidence()
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], **changes)
    due_now()


def test_a_dispute_that_was_lost_without_our_answer_is_no_answer_submitted(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    requested(dispute, attached={"receipt": Document(b"%PDF-1", ".pdf", 1)})
    unanswered(dispute, stripe, status="lost")
    send_evidence()
    assert (state(dispute), stripe.evidence, EvidenceFile.objects.count()) == (("refused", "lost"), [], 0)
    assert "has changed since" in DisputeEvidence.objects.get().refusal
    assert "dispute.answer_submitted" not in actions()


def asks_as_an_inquiry(dispute: Dispute, stripe: FakeGateway) -> None:
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], status="warning_needs_response", movements=0)
    Dispute.objects.update(status="warning_needs_response", movements=0)
    requested(dispute)


@pytest.mark.parametrize("heard", [True, False])
def test_an_inquirys_answer_that_stripe_has_not_is_kept_from_the_chargeback(
    heard: bool, dispute: Dispute, stripe: FakeGateway
) -> None:
    asks_as_an_inquiry(dispute, stripe)
    unanswered(dispute, stripe, status="needs_response", movements=1)
    if heard:
        apply_dispute(stripe.disputes["dp_1"], cause())
    send_evidence()
    assert (state(dispute), stripe.evidence) == (("refused", "needs_response"), [])
    assert submission_refusal(Dispute.objects.get()) == ""


def test_an_inquirys_answer_that_stripe_has_leaves_the_chargeback_to_answer(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    asks_as_an_inquiry(dispute, stripe)
    stripe.lose_next = 1
    send_evidence()
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], status="needs_response", movements=1)
    apply_dispute(stripe.disputes["dp_1"], cause())
    due_now()
    send_evidence()
    assert (state(dispute), len(stripe.evidence)) == (("submitted", "needs_response"), 1)
    requested(Dispute.objects.get())
    unanswered(dispute, stripe, status="lost")
    send_evidence()
    assert sorted(DisputeEvidence.objects.values_list("stage", "state")) == [
        ("needs_response", "refused"), ("warning_needs_response", "submitted"),
    ]  # fmt: skip


@pytest.mark.parametrize("counted", [0, 1])
@pytest.mark.parametrize("answered", [True, False])
def test_a_chargebacks_answer_is_known_whether_stripe_counts_anew_for_it_or_not(
    counted: int, answered: bool, dispute: Dispute, stripe: FakeGateway
) -> None:
    """The inquiry was answered; the outcome of the chargeback's answer is unknown, and then the bank decides."""
    asks_as_an_inquiry(dispute, stripe)
    send_evidence()
    escalated = replace(stripe.disputes["dp_1"], status="needs_response", movements=1, submissions=counted)
    stripe.disputes["dp_1"] = escalated
    apply_dispute(escalated, cause())
    requested(Dispute.objects.get())
    if answered:
        stripe.lose_next = 1
    else:
        stripe.fail_next = [GatewayUnreachable("timeout")]
    send_evidence()
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], status="lost")
    apply_dispute(stripe.disputes["dp_1"], cause())
    due_now()
    send_evidence()
    told = DisputeEvidence.objects.get(stage="needs_response")
    assert (told.state, len(stripe.evidence)) == (("submitted", 2) if answered else ("refused", 1))


def test_an_answer_released_before_the_upgrade_is_judged_by_those_submitted(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    Dispute.objects.update(submissions=None)
    requested(dispute)
    stripe.lose_next = 1
    send_evidence()
    apply_dispute(stripe.disputes["dp_1"], cause())
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("submitted", "under_review"))


def test_the_reply_to_our_answer_counts_when_an_event_is_read_while_it_is_sent(
    dispute: Dispute, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested(dispute)
    real = stripe.submit_evidence

    def with_event(*args: Any, **kwargs: Any) -> DisputeResult:
        apply_dispute(stripe.retrieve_dispute("dp_1"), cause())
        return real(*args, **kwargs)

    monkeypatch.setattr(stripe, "submit_evidence", with_event)
    send_evidence()
    assert state(dispute) == ("submitted", "under_review")
