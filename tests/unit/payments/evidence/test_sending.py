"""An answer goes to the bank once, and only what was released."""

from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pypdf
import pytest
from django.db import connection

from payments.domain.disputes import apply_dispute
from payments.domain.evidence import compose, current, request_submission, send_evidence, submission_refusal
from payments.domain.evidence.composition import Document
from payments.enums import EvidenceState
from payments.errors import EvidenceError
from payments.gateway.base import GatewayMisconfigured, GatewayRefused, GatewayUnreachable
from payments.models import Dispute, DisputeEvidence, EvidenceFile, Payment
from portal.audit.actor import Cause, Source
from portal.audit.models import AuditEvent
from portal.common import clock
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.unit.payments.evidence.answers import STAFF, actions, due_now, requested, saved, state

pytestmark = pytest.mark.django_db


def test_only_what_is_released_goes_and_the_dispute_moves_on(dispute: Dispute, stripe: FakeGateway) -> None:
    texts = {"product_description": " Care ", "receipt": "Paid £11.25", "uncategorized_text": "secret"}
    requested(dispute, texts=texts, released=["product_description", "receipt"])
    assert (state(dispute), stripe.evidence) == (("sending", "needs_response"), [])
    assert send_evidence() == 1
    assert stripe.evidence == [
        (f"evidence-{DisputeEvidence.objects.get().pk}-1", {"product_description": "Care", "receipt": "file_1"})
    ]
    name, content = stripe.files["file_1"]
    assert name == "receipt.pdf"
    assert "Paid £11.25" in pypdf.PdfReader(BytesIO(content)).pages[0].extract_text()
    assert state(dispute) == ("submitted", "under_review")
    assert [bytes(file.content) for file in EvidenceFile.objects.all()] == [b""]
    assert actions() == [
        "dispute.moved", "dispute.answer_saved", "dispute.answer_released", "dispute.answer_submitted", "dispute.moved",
    ]  # fmt: skip
    told = AuditEvent.objects.get(action="dispute.answer_released").data
    assert told["released"] == "product_description, receipt"
    assert "Care" not in str(list(AuditEvent.objects.values_list("data", flat=True)))
    assert send_evidence() == 0


def test_a_second_click_and_a_second_person_submit_nothing_more(dispute: Dispute, stripe: FakeGateway) -> None:
    first = requested(dispute)
    assert request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF)) == first
    send_evidence()
    assert request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF)) == first
    assert (send_evidence(), len(stripe.evidence)) == (0, 1)
    with pytest.raises(EvidenceError, match="You can only respond once"):
        saved(Dispute.objects.get(), version=1)


def test_a_lost_reply_is_asked_again_with_the_same_key_and_submits_once(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    assert (send_evidence(), state(dispute)) == (1, ("sending", "needs_response"))
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("submitted", "under_review"))
    assert (stripe.calls.count("submit_evidence"), len(stripe.evidence)) == (2, 1)


def test_a_crash_between_the_row_and_the_call_leaves_it_to_the_next_worker(
    dispute: Dispute, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested(dispute)

    def dies(*args: object, **kwargs: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(stripe, "submit_evidence", dies)
        with pytest.raises(SystemExit):
            send_evidence()
    assert (send_evidence(), state(dispute)) == (0, ("sending", "needs_response"))  # the dead worker's lease
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("submitted", "under_review"))
    assert len(stripe.evidence) == 1


def test_a_crash_after_the_reply_is_found_out_by_the_same_key(
    dispute: Dispute, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested(dispute)

    def dies(*args: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("payments.domain.evidence.send._submitted", dies)
        with pytest.raises(SystemExit):
            send_evidence()
    assert len(stripe.evidence) == 1
    due_now()
    assert (send_evidence(), state(dispute), len(stripe.evidence)) == (1, ("submitted", "under_review"), 1)


def test_one_that_breaks_keeps_no_other_and_is_tried_again(
    dispute: Dispute, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    requested(dispute)

    def breaks(*args: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("payments.domain.evidence.send._submitted", breaks)
        assert send_evidence() == 1
    answer = DisputeEvidence.objects.get(dispute=dispute)
    assert (answer.state, answer.last_error, answer.leased_until) == ("sending", "RuntimeError", None)
    assert answer.due_at > clock.now()
    due_now()
    assert (send_evidence(), state(dispute), len(stripe.evidence)) == (1, ("submitted", "under_review"), 1)


def test_a_refusal_is_told_in_stripes_words_and_can_be_answered(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute, texts={"receipt": "Paid"}, released=["receipt"])
    stripe.fail_next = [GatewayRefused("parameter_invalid", "This file cannot be read.")]
    send_evidence()
    answer = DisputeEvidence.objects.get()
    assert (answer.state, answer.refusal, answer.files.count()) == ("refused", "This file cannot be read.", 0)
    assert submission_refusal(Dispute.objects.get()) == ""
    saved(Dispute.objects.get(), version=2)
    request_submission(dispute.pk, version=3, cause=Cause(STAFF, Source.STAFF))
    send_evidence()
    assert [key for key, _ in stripe.evidence] == [f"evidence-{answer.pk}-2"]
    assert "dispute.answer_refused" in actions()


def test_a_wrong_key_at_first_is_a_refusal(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute, texts={"receipt": "Paid"}, released=["receipt"])
    stripe.fail_next = [GatewayMisconfigured("PermissionError")]
    send_evidence()
    assert (state(dispute), DisputeEvidence.objects.get().refusal) == (("refused", "needs_response"), "PermissionError")


def test_a_file_is_uploaded_once_even_when_the_answer_has_to_be_sent_again(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    requested(dispute, attached={"receipt": Document(b"%PDF-1", ".pdf", 1, "Rose Okafor.pdf")}, released=["receipt"])
    stripe.fail_next = [GatewayUnreachable("timeout")]
    for _ in range(2):
        due_now()
        send_evidence()
    assert stripe.files == {"file_1": ("receipt.pdf", b"%PDF-1")}
    assert stripe.evidence[0][1] == {"receipt": "file_1"}


def test_a_dispute_that_closed_meanwhile_gets_no_answer(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute, attached={"receipt": Document(b"%PDF-1", ".pdf", 1)})
    lost = replace(stripe.disputes["dp_1"], status="lost")
    stripe.disputes["dp_1"] = lost
    apply_dispute(lost, cause())
    send_evidence()
    assert (state(dispute), stripe.evidence, EvidenceFile.objects.count()) == (("refused", "lost"), [], 0)
    assert "has changed since" in DisputeEvidence.objects.get().refusal
    with pytest.raises(EvidenceError, match="This dispute is closed"):
        saved(Dispute.objects.get(), version=2)


def test_one_that_stripe_knows_to_be_closed_is_refused_and_learnt(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.disputes["dp_1"] = replace(stripe.disputes["dp_1"], status="lost")
    send_evidence()
    assert state(dispute) == ("refused", "lost")
    assert DisputeEvidence.objects.get().refusal == "This dispute is already closed."


def test_too_late_is_too_late(dispute: Dispute) -> None:
    saved(dispute)
    Dispute.objects.update(evidence_due_at=datetime(2026, 11, 3, 9, tzinfo=UTC))
    for act in (
        lambda: saved(dispute, version=1),
        lambda: request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF)),
    ):
        with pytest.raises(EvidenceError, match="was 9am on Tuesday 3 November, so it’s too late"):
            act()


def test_nothing_released_is_nothing_to_submit(dispute: Dispute) -> None:
    saved(dispute, released=[])
    with pytest.raises(EvidenceError, match="Nothing is selected yet"):
        request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF))


def test_an_inquiry_and_the_chargeback_it_becomes_are_answered_once_each(dispute: Dispute, stripe: FakeGateway) -> None:
    inquiry = replace(stripe.disputes["dp_1"], status="warning_needs_response")
    stripe.disputes["dp_1"] = inquiry
    apply_dispute(inquiry, cause())
    requested(dispute)
    send_evidence()
    assert Dispute.objects.get().status == "warning_under_review"
    chargeback = replace(inquiry, status="needs_response", movements=2)
    stripe.disputes["dp_1"] = chargeback
    apply_dispute(chargeback, cause())
    assert current(Dispute.objects.get()) is None
    requested(Dispute.objects.get())
    send_evidence()
    assert [evidence for _, evidence in stripe.evidence] == [{"product_description": "Respite care"}] * 2
    assert sorted(DisputeEvidence.objects.values_list("stage", "state")) == [
        ("needs_response", "submitted"), ("warning_needs_response", "submitted"),
    ]  # fmt: skip


def test_winning_evidence_brings_the_money_back_into_the_ledger(dispute: Dispute) -> None:
    assert Payment.objects.get().disputed_amount == 1125
    requested(dispute, texts={"uncategorized_text": "winning_evidence"}, released=["uncategorized_text"])
    send_evidence()
    assert state(dispute) == ("submitted", "won")
    assert (Payment.objects.get().disputed_amount, Dispute.objects.get().fee_amount) == (0, 0)


def test_one_answer_a_stage_holds_in_the_database(dispute: Dispute) -> None:
    saved(dispute)
    assert compose(DisputeEvidence.objects.get()).texts == {"product_description": "Respite care"}
    constraints = connection.introspection.get_constraints(connection.cursor(), "payments_disputeevidence")
    assert constraints["one_answer_per_stage"]["unique"]
    assert {EvidenceState.DRAFT.value} == set(DisputeEvidence.objects.values_list("state", flat=True))
