"""Several members of finance at one answer at once: one draft is kept, one submission is asked for, one is sent."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from payments.domain.disputes import apply_dispute
from payments.domain.evidence import request_submission, save_draft, send_evidence
from payments.errors import EvidenceError
from payments.gateway.base import DisputeResult
from payments.models import Dispute, DisputeEvidence
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

BY = Actor.system(SystemActor.SETTLEMENT)
PEOPLE = 6
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dispute(stripe: FakeGateway) -> Dispute:
    payment = pay(BookingFactory(), stripe)
    stripe.disputes["dp_1"] = DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="needs_response",
        reason="fraudulent", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=9), movements=1,
    )  # fmt: skip
    apply_dispute(stripe.disputes["dp_1"], Cause(BY, Source.SCHEDULE, clock.now()))
    return Dispute.objects.get()


def race(act: Callable[[int], object]) -> list[str]:
    """What each of those who act at once is told."""
    together = Barrier(PEOPLE)

    def attempt(number: int) -> str:
        together.wait(30)
        try:
            act(number)
        except EvidenceError:
            return "refused"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(PEOPLE) as pool:
        return sorted(pool.map(attempt, range(PEOPLE)))


def save(dispute: Dispute, words: str) -> DisputeEvidence:
    return save_draft(
        dispute.pk, texts={"product_description": words}, released=["product_description"], attached={}, removed=[],
        version=0, cause=Cause(BY, Source.STAFF),
    )  # fmt: skip


def test_one_of_several_first_drafts_is_kept(dispute: Dispute) -> None:
    assert race(lambda number: save(dispute, f"by {number}")) == ["refused"] * (PEOPLE - 1) + ["taken"]
    assert list(DisputeEvidence.objects.values_list("version", flat=True)) == [1]


def test_several_who_submit_ask_for_one_submission_and_several_workers_send_it_once(
    dispute: Dispute, stripe: FakeGateway
) -> None:
    save(dispute, "Respite care")
    submit = lambda number: request_submission(dispute.pk, version=1, cause=Cause(BY, Source.STAFF))  # noqa: E731
    assert race(submit) == ["taken"] * PEOPLE
    assert AuditEvent.objects.filter(action="dispute.answer_released").count() == 1
    race(lambda number: send_evidence())
    assert stripe.calls.count("submit_evidence") == len(stripe.evidence) == 1
    assert DisputeEvidence.objects.get().state == "submitted"
