"""An answer to a dispute: drafted from facts alone, sent once, whatever happens between the row and the call."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pypdf
import pytest
import time_machine
from django.db import connection

from payments.domain.disputes import apply_dispute
from payments.domain.evidence import compose, current, draft_of, request_submission, save_draft, send_evidence, why_not
from payments.domain.evidence.composition import Document, composed
from payments.domain.evidence.draft import _at
from payments.domain.evidence.fields import FIELDS, MOST_CHARACTERS
from payments.enums import EvidenceState
from payments.errors import EvidenceError
from payments.gateway.base import DisputeResult, GatewayFailed, GatewayMisconfigured, GatewayRefused, GatewayUnreachable
from payments.models import Dispute, DisputeEvidence, EvidenceFile, Payment
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.domain.attendance import mark_attendance
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay

pytestmark = pytest.mark.django_db
STAFF = Actor(kind="user", id="7")  # type: ignore[arg-type]


@pytest.fixture
def dispute(booking: Booking, stripe: FakeGateway) -> Dispute:
    """£11.25, to answer within nine days, known here and at Stripe."""
    payment = pay(booking, stripe)
    result = DisputeResult(
        id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status="needs_response",
        reason="product_not_received", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=9), settlement_currency="GBP",
        settlement_amount=1125, fee_amount=1500, movements=1,
    )  # fmt: skip
    stripe.disputes["dp_1"] = result
    apply_dispute(result, cause())
    return Dispute.objects.select_related("payment__booking__session__service").get()


def saved(dispute: Dispute, version: int = 0, **changes: Any) -> DisputeEvidence:
    given: dict[str, Any] = {
        "texts": {"product_description": "Respite care", "uncategorized_text": "secret"},
        "released": ["product_description"], "attached": {}, "removed": [], "cause": Cause(STAFF, Source.STAFF),
    }  # fmt: skip
    return save_draft(dispute.pk, version=version, **(given | changes))


def requested(dispute: Dispute, **changes: Any) -> DisputeEvidence:
    saved(dispute, **changes)
    return request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF))


def due_now() -> None:
    """The back-off and the lease are over."""
    DisputeEvidence.objects.update(due_at=clock.now(), leased_until=None)


def state(dispute: Dispute) -> tuple[str, str]:
    answer = DisputeEvidence.objects.get(dispute=dispute)
    return answer.state, Dispute.objects.get(pk=dispute.pk).status


def actions() -> list[str]:
    return list(
        AuditEvent.objects.filter(action__startswith="dispute.").order_by("pk").values_list("action", flat=True)
    )


def test_the_draft_says_facts_of_the_booking_and_nothing_of_who_is_cared_for(stripe: FakeGateway) -> None:
    recipient = CareRecipientFactory(
        full_name="Rose Okafor", relationship="Grandmother", care_notes="Dementia, walks with a frame"
    )
    with time_machine.travel(datetime(2026, 11, 2, 9, 30, tzinfo=UTC), tick=False):
        booking = BookingFactory(care_recipient=recipient)
        Booking.objects.filter(pk=booking.pk).update(notes="Please ring my sister on 07700 900123")
        payment = pay(booking, stripe)
    with time_machine.travel(booking.session.ends_at + timedelta(hours=1), tick=False):
        mark_attendance(
            booking.pk, seen=BookingStatus.CONFIRMED, to=BookingStatus.COMPLETED, cause=Cause(STAFF, Source.STAFF)
        )
    texts = draft_of(Dispute(payment=Payment.objects.get(pk=payment.pk), reason="product_not_received"))
    service, reference, charge = booking.session.service.name, booking.reference, payment.charge_id
    terms = (
        "Cancelled at least 72 hours before the session: 100% of what was paid is returned.\n"
        "Cancelled at least 24 hours before the session: 50% of what was paid is returned.\n"
        "Cancelled later than that, or not attended: nothing is returned."
    )
    shown = (
        "The customer made the booking on our website at 9:30am on Monday 2 November 2026 (Europe/London). "
        "The terms were copied onto it then, and it keeps them."
    )
    assert texts == {
        "product_description": f"{service}, 3 hours, on Monday 9 November 2026. Booking {reference}. "
        "Deposit: £11.25 of £45.00.",
        "service_date": "Monday 9 November 2026",
        "service_documentation": f"Booking {reference}: session at 9:30am on Monday 9 November 2026 (Europe/London).\n"
        "Confirmed at 9:30am on Monday 2 November 2026 (Europe/London).\n"
        "Our attendance register says that the session was attended; noted at 1:30pm on Monday 9 November 2026 "
        "(Europe/London).",
        "receipt": f"Deposit of booking {reference}, received at 9:30am on Monday 2 November 2026 (Europe/London): "
        f"£11.25. Charge {charge}.",
        "refund_policy": terms,
        "refund_policy_disclosure": shown,
        "refund_refusal_explanation": "Of the £11.25 that was paid, £0.00 was refunded.",
        "cancellation_policy": terms,
        "cancellation_policy_disclosure": shown,
        "cancellation_rebuttal": "Our records show no cancellation of this booking.",
    }
    words = " ".join(texts.values())
    person = booking.caregiver.user
    private = ("Rose", "Okafor", "Grandmother", "Dementia", "frame", "sister", "07700", person.email, person.first_name)
    assert [word for word in private if word in words] == []


def test_a_duplicate_names_the_other_charge(dispute: Dispute, stripe: FakeGateway) -> None:
    later = SessionFactory(starts_at=clock.now() + timedelta(days=14))
    other = pay(BookingFactory(session=later, care_recipient=dispute.payment.booking.care_recipient), stripe)
    dispute.reason = "duplicate"
    texts = draft_of(dispute)
    assert texts["duplicate_charge_id"] == other.charge_id
    assert f"booking {other.booking.reference}" in texts["duplicate_charge_explanation"]
    assert f"Charge {other.charge_id}." in texts["duplicate_charge_documentation"]


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


def test_what_a_colleague_changed_meanwhile_is_neither_overwritten_nor_submitted(dispute: Dispute) -> None:
    saved(dispute)
    saved(dispute, version=1, texts={"product_description": "Day programme"})
    for act in (
        lambda: saved(dispute, version=1),
        lambda: saved(dispute, version=0),
        lambda: request_submission(dispute.pk, version=1, cause=Cause(STAFF, Source.STAFF)),
    ):
        with pytest.raises(EvidenceError, match="This response has changed since you opened this page"):
            act()
    assert DisputeEvidence.objects.get().texts == {"product_description": "Day programme"}


def test_a_lost_reply_is_asked_again_with_the_same_key_and_submits_once(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    assert (send_evidence(), state(dispute)) == (1, ("sending", "needs_response"))
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("submitted", "under_review"))
    assert (stripe.calls.count("submit_evidence"), len(stripe.evidence)) == (2, 1)


def test_after_half_a_day_without_a_reply_the_dispute_is_looked_at_first(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    send_evidence()
    stripe.by_key.clear()  # Stripe has forgotten the key
    with time_machine.travel(clock.now() + timedelta(hours=13)):
        send_evidence()
    assert (state(dispute), stripe.calls.count("submit_evidence")) == (("submitted", "under_review"), 1)


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
    assert why_not(Dispute.objects.get()) == ""
    saved(Dispute.objects.get(), version=2)
    request_submission(dispute.pk, version=3, cause=Cause(STAFF, Source.STAFF))
    send_evidence()
    assert [key for key, _ in stripe.evidence] == [f"evidence-{answer.pk}-2"]
    assert "dispute.answer_refused" in actions()


def test_a_wrong_key_after_an_unanswered_call_leaves_the_outcome_open(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute)
    stripe.lose_next = 1
    send_evidence()
    stripe.fail_next = [GatewayMisconfigured("AuthenticationError")]
    due_now()
    assert (send_evidence(), state(dispute)) == (1, ("sending", "needs_response"))
    due_now()
    assert (send_evidence(), state(dispute), len(stripe.evidence)) == (1, ("submitted", "under_review"), 1)


def test_a_wrong_key_at_first_is_a_refusal(dispute: Dispute, stripe: FakeGateway) -> None:
    requested(dispute, texts={"receipt": "Paid"}, released=["receipt"])
    stripe.fail_next = [GatewayMisconfigured("PermissionError")]
    send_evidence()
    assert (state(dispute), DisputeEvidence.objects.get().refusal) == (("refused", "needs_response"), "PermissionError")


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
    assert why_not(Dispute.objects.get()) == ""


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


def test_what_was_attached_and_never_sent_goes_when_the_dispute_closes(dispute: Dispute, stripe: FakeGateway) -> None:
    saved(dispute, attached={"receipt": Document(b"%PDF-1", ".pdf", 1)})
    result = stripe.disputes["dp_1"]
    apply_dispute(replace(result, status="under_review"), cause())  # answered in Stripe's dashboard
    assert EvidenceFile.objects.count() == 1
    apply_dispute(replace(result, status="lost"), cause())
    assert (EvidenceFile.objects.count(), DisputeEvidence.objects.get().state) == (0, "draft")


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


def test_a_draft_follows_the_inquiry_that_becomes_a_chargeback(dispute: Dispute, stripe: FakeGateway) -> None:
    inquiry = replace(stripe.disputes["dp_1"], status="warning_needs_response")
    apply_dispute(inquiry, cause())
    saved(dispute)
    apply_dispute(replace(inquiry, status="needs_response"), cause())
    saved(Dispute.objects.get(), version=1)
    assert list(DisputeEvidence.objects.values_list("stage", "version")) == [("needs_response", 2)]


def test_winning_evidence_brings_the_money_back_into_the_ledger(dispute: Dispute) -> None:
    assert Payment.objects.get().disputed_amount == 1125
    requested(dispute, texts={"uncategorized_text": "winning_evidence"}, released=["uncategorized_text"])
    send_evidence()
    assert state(dispute) == ("submitted", "won")
    assert (Payment.objects.get().disputed_amount, Dispute.objects.get().fee_amount) == (0, 0)


LONG = "x" * 20_000


@pytest.mark.parametrize(
    ("texts", "attached", "sentence"),
    [
        ({}, {}, "“Product or service” is ticked but empty"),
        ({"product_description": LONG + "x"}, {}, "“Product or service” has 20001 characters. Stripe"),
        ({"service_date": "x" * 5001}, {}, "“Date of service” has 5001 characters. Stripe accepts up to 5000."),
        ({"receipt": "Zażółć"}, {}, "“Receipt” has characters we can’t print: ć ł ż."),
        ({}, {"receipt": Document(bytes(4_600_000), ".png", 1)}, "come to 4.6 MB. Stripe accepts up to 4.5 MB"),
        ({}, {"receipt": Document(b"x", ".pdf", 50)}, "have 50 pages. Stripe accepts fewer than 50 in total."),
    ],
)  # fmt: skip
def test_what_stripe_would_not_take_is_said(
    texts: dict[str, str], attached: dict[str, Document], sentence: str
) -> None:
    with pytest.raises(EvidenceError) as caught:
        composed(texts, [*texts, *attached] or ["product_description"], attached)
    assert [found for found in caught.value.sentences if sentence in found]


def test_spaces_and_currencies_that_the_font_has_not_are_printed_otherwise() -> None:
    text = "Paid\u00a0£11.25,\u202f₹12.00 and €3.00"
    printed = composed({"receipt": text}, ["receipt"], {}).documents["receipt"].content
    said = pypdf.PdfReader(BytesIO(printed)).pages[0].extract_text()
    assert "Paid £11.25, INR 12.00 and EUR 3.00" in said


def test_all_texts_together_are_within_stripes_limit() -> None:
    assert sum(field.most for field in FIELDS if not field.document) == MOST_CHARACTERS


def test_a_draft_over_the_limits_is_not_kept(dispute: Dispute) -> None:
    with pytest.raises(EvidenceError):
        saved(dispute, attached={"receipt": Document(b"x", ".pdf", 50)}, released=["receipt"])
    assert not DisputeEvidence.objects.exists()


def test_one_answer_a_stage_holds_in_the_database(dispute: Dispute) -> None:
    saved(dispute)
    assert compose(DisputeEvidence.objects.get()).texts == {"product_description": "Respite care"}
    constraints = connection.introspection.get_constraints(connection.cursor(), "payments_disputeevidence")
    assert constraints["one_answer_per_stage"]["unique"]
    assert {EvidenceState.DRAFT.value} == set(DisputeEvidence.objects.values_list("state", flat=True))


def test_a_date_has_the_year_of_the_place_not_of_utc(booking: Booking) -> None:
    booking.session.service.time_zone = "Pacific/Auckland"
    assert _at(booking, datetime(2026, 12, 31, 20, tzinfo=UTC)).endswith("Friday 1 January 2027 (Pacific/Auckland)")
