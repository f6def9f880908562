"""What the answer to a dispute says, and what may be kept of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pypdf
import pytest
import time_machine

from payments.domain.disputes import apply_dispute
from payments.domain.evidence import draft_of, request_submission
from payments.domain.evidence.composition import Document, composed
from payments.domain.evidence.draft import _at
from payments.domain.evidence.fields import FIELDS, MOST_CHARACTERS
from payments.errors import EvidenceError
from payments.models import Dispute, DisputeEvidence, EvidenceFile, Payment
from portal.audit.actor import Cause, Source
from portal.bookings.domain.attendance import mark_attendance
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay
from tests.unit.payments.evidence.answers import STAFF, saved

pytestmark = pytest.mark.django_db


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


def test_what_was_attached_and_never_sent_goes_when_the_dispute_closes(dispute: Dispute, stripe: FakeGateway) -> None:
    saved(dispute, attached={"receipt": Document(b"%PDF-1", ".pdf", 1)})
    result = stripe.disputes["dp_1"]
    apply_dispute(replace(result, status="under_review"), cause())  # answered in Stripe's dashboard
    assert EvidenceFile.objects.count() == 1
    apply_dispute(replace(result, status="lost"), cause())
    assert (EvidenceFile.objects.count(), DisputeEvidence.objects.get().state) == (0, "draft")


def test_a_draft_follows_the_inquiry_that_becomes_a_chargeback(dispute: Dispute, stripe: FakeGateway) -> None:
    inquiry = replace(stripe.disputes["dp_1"], status="warning_needs_response")
    apply_dispute(inquiry, cause())
    saved(dispute)
    apply_dispute(replace(inquiry, status="needs_response"), cause())
    saved(Dispute.objects.get(), version=1)
    assert list(DisputeEvidence.objects.values_list("stage", "version")) == [("needs_response", 2)]


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


def test_a_date_has_the_year_of_the_place_not_of_utc(booking: Booking) -> None:
    booking.session.service.time_zone = "Pacific/Auckland"
    assert _at(booking, datetime(2026, 12, 31, 20, tzinfo=UTC)).endswith("Friday 1 January 2027 (Pacific/Auckland)")
