"""One receipt a payment and one credit note for what goes back: numbered without gaps, and never another afterwards."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from threading import Barrier

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from pypdf import PdfReader
from pytest_django import Settings

from payments.documents import documents_of, statement_of
from payments.domain.charges import apply_charge
from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.invariants.money import ReceiptsAreComplete
from payments.domain.offline import record_balance, reverse_offline_payment
from payments.domain.receipts import issue_missing_receipts, issue_receipt, settle_credit_notes, vat_included
from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import OfflineKind, Purpose, RefundReason
from payments.gateway.base import Charge
from payments.models import CreditNote, Dispute, DocumentCounter, Payment, Receipt
from payments.pdf import document_as_pdf, statement_as_pdf
from payments.privacy import erase, export
from payments.receipts import CombinedReceipt, ReceiptLine, as_pdf, receipt_for
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.models import Booking, Session
from portal.common import clock
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def from_before(payment: Payment) -> None:
    """As a payment is that was captured before receipts had numbers of their own."""
    receipts = Receipt.objects.filter(payment=payment)
    receipts._raw_delete(receipts.db)  # type: ignore[attr-defined]


def refunded(payment: Payment, amount: int) -> None:
    request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    send_refunds()
    payment.refresh_from_db()


def printed(content: bytes) -> list[str]:
    return [line for page in PdfReader(BytesIO(content)).pages for line in page.extract_text().splitlines()]


def numbers() -> list[str]:
    found = {receipt.number: str(receipt) for receipt in Receipt.objects.all()}
    found |= {note.number: str(note) for note in CreditNote.objects.all()}
    return [found[number] for number in sorted(found)]


def broken() -> list[tuple[str, str]]:
    return list(ReceiptsAreComplete().broken())


def test_a_paid_deposit_has_a_receipt_that_says_all_of_it(
    booking: Booking, stripe: FakeGateway, settings: Settings
) -> None:
    settings.SITE_NAME = "Hearth & Hand"
    settings.ORGANISATION = {
        "address": "12 Orchard Lane", "registration": "Charity 1", "email": "a@example.org", "phone": "0117",
        "hours": "9 to 5", "urgent": "In danger, call 999.",
    }  # fmt: skip
    with time_machine.travel(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)):
        payment = pay(booking, stripe)
    Payment.objects.filter(pk=payment.pk).update(paid_with="Visa …4242")
    [document] = documents_of(booking)
    day = booking.session.starts_local
    lines = printed(document_as_pdf(document))
    assert lines == [
        "Hearth & Hand", "12 Orchard Lane", "Charity 1", "a@example.org", "0117", "Receipt RC-000001",
        "Number RC-000001", "Date paid 23 November 2026", "Paid by Amara Okafor", "Paid with Visa …4242",
        f"Booking {booking.reference}", "Description Amount",
        f"Deposit: {booking.session.service.name}, {day:%-d %B %Y} £11.25", "Total paid £11.25",
    ]  # fmt: skip


def test_the_vat_of_the_service_is_said_and_stays_what_it_was(booking: Booking, stripe: FakeGateway) -> None:
    service = booking.session.service
    service.vat_rate = 2000
    service.save()
    payment = pay(booking, stripe)
    service.vat_rate = 500
    service.save()
    refunded(payment, 500)
    assert [document.vat for document in documents_of(booking)] == [
        "Includes £1.88 VAT at 20%",
        "Includes £0.83 VAT at 20%",
    ]


@pytest.mark.parametrize("parts", [[225, 225, 225, 225, 225], [1, 562, 562], [700, 425]])
def test_credit_notes_of_parts_credit_exactly_the_vat_of_the_receipt(
    booking: Booking, stripe: FakeGateway, parts: list[int]
) -> None:
    service = booking.session.service
    service.vat_rate = 2000
    service.save()
    payment = pay(booking, stripe)
    for part in parts:
        refunded(payment, part)
    receipt = Receipt.objects.get()
    assert sum(note.amount for note in receipt.credit_notes.all()) == receipt.amount
    assert sum(note.vat_amount or 0 for note in receipt.credit_notes.all()) == receipt.vat_amount == 188


@pytest.mark.parametrize(
    ("amount", "rate", "vat"), [(1200, 2000, 200), (1125, 2000, 188), (1050, 500, 50), (999, 0, 0), (1, 10_000, 1)]
)
def test_the_vat_included_in_an_amount(amount: int, rate: int, vat: int) -> None:
    assert vat_included(amount, rate) == vat


def test_deposit_and_balance_have_a_receipt_each(booking: Booking, stripe: FakeGateway) -> None:
    pay(booking, stripe)
    balance = open_checkout(Booking.objects.get(pk=booking.pk), Purpose.BALANCE).payment
    apply_intent(stripe.pay(str(balance.intent_id)), cause("evt_2"))
    assert [(document.number, document.amount) for document in documents_of(booking)] == [
        ("RC-000001", 1125),
        ("RC-000002", 3375),
    ]
    assert broken() == []


def test_a_receipt_says_the_same_after_a_refund_which_has_a_credit_note(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    before = documents_of(booking)
    refunded(payment, 500)
    after = documents_of(booking)
    assert after[:1] == before
    assert [(d.title, d.description, d.amount, d.total_label) for d in after[1:]] == [
        ("Credit note CN-000002", "Refund of the deposit", 500, "Total credited")
    ]
    assert broken() == []


def test_a_refund_that_the_bank_sends_back_takes_its_credit_note_back(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    refunded(payment, 500)
    [result] = stripe.refunds.values()
    apply_refund(replace(result, status="failed", failure_code="expired_or_canceled_card"), cause("evt_3"))
    assert [(str(note), note.amount, note.description) for note in CreditNote.objects.all()] == [
        ("CN-000002", 500, "Refund of the deposit"),
        ("CN-000003", -500, "Refund returned to us by your bank"),
    ]
    assert broken() == []


def test_what_a_lost_dispute_took_is_credited_and_charged_again_when_it_is_won(
    booking: Booking, stripe: FakeGateway
) -> None:
    payment = pay(booking, stripe)
    dispute = Dispute.objects.create(
        payment=payment, stripe_dispute_id="du_1", amount=1125, status="lost", withdrawn_amount=1125
    )
    settle_credit_notes(payment)
    assert broken() == []
    Dispute.objects.filter(pk=dispute.pk).update(status="won", withdrawn_amount=0)
    settle_credit_notes(payment)
    assert [(note.amount, note.description) for note in CreditNote.objects.all()] == [
        (1125, "Returned by your bank"),
        (-1125, "Paid to us again by your bank"),
    ]
    assert broken() == []


def test_a_balance_entered_by_mistake_is_credited_in_full(booking: Booking, stripe: FakeGateway) -> None:
    pay(booking, stripe)
    by = Cause(Actor.user(UserFactory()), Source.STAFF)
    entered = record_balance(
        booking.pk, kind=OfflineKind.CASH, received_on=date(2026, 11, 20), reference="slip 7", cause=by
    )
    reverse_offline_payment(entered.pk, note="", cause=by)
    receipt = Receipt.objects.get(payment=entered)
    assert (receipt.paid_on, receipt.payment.paid_with, receipt.amount) == (date(2026, 11, 20), "Cash", 3375)
    assert [(note.amount, note.description) for note in receipt.credit_notes.all()] == [
        (3375, "Entered by mistake: no payment was made")
    ]
    assert broken() == []


@pytest.mark.parametrize("early", [True, False])
def test_the_card_is_told_whenever_its_charge_is_heard_of(booking: Booking, stripe: FakeGateway, early: bool) -> None:
    payment = open_checkout(booking).payment
    intent = stripe.pay(str(payment.intent_id))
    charge = Charge(
        intent.latest_charge_id, intent.id, "succeeded", 1125, 0, "GBP", False, False, paid_with="Visa …4242"
    )
    happens = [lambda: apply_intent(intent, cause()), lambda: apply_charge(charge, cause("evt_2"))]
    for step in reversed(happens) if early else happens:
        step()
    assert ("Paid with", "Visa …4242") in documents_of(booking)[0].facts


def test_numbers_have_no_gap_when_a_payment_is_rolled_back(booking: Booking, stripe: FakeGateway) -> None:
    other = BookingFactory(session=booking.session)
    with transaction.atomic():
        pay(booking, stripe)
        transaction.set_rollback(True)
    pay(other, stripe)
    assert (numbers(), DocumentCounter.objects.get().last) == (["RC-000001"], 1)


@pytest.mark.django_db(transaction=True)
def test_two_payments_at_once_have_consecutive_numbers(booking: Booking, stripe: FakeGateway) -> None:
    other = BookingFactory(session__service=booking.session.service)
    intents = [stripe.pay(str(open_checkout(one).payment.intent_id)) for one in (booking, other)]
    together = Barrier(2)

    def applied(position: int) -> None:
        together.wait(30)
        try:
            apply_intent(intents[position], cause(f"evt_{position}"))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        list(both.map(applied, range(2)))
    assert (numbers(), broken()) == (["RC-000001", "RC-000002"], [])


def test_a_payment_from_before_keeps_its_number_and_its_pdf(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    from_before(payment)
    client = signed_in(booking.caregiver.user)
    page = client.get(f"/bookings/{booking.reference}/receipt/").content.decode()
    assert (f"R-{payment.pk:06d}" in page, "RC-" in page) == (True, False)
    pdf = client.get(f"/bookings/{booking.reference}/receipt.pdf")
    assert f"Number: R-{payment.pk:06d}" in printed(pdf.content)


def test_a_balance_paid_later_leaves_the_receipt_from_before_alone(booking: Booking, stripe: FakeGateway) -> None:
    from_before(pay(booking, stripe))
    before = receipt_for(booking)
    balance = open_checkout(Booking.objects.get(pk=booking.pk), Purpose.BALANCE).payment
    apply_intent(stripe.pay(str(balance.intent_id)), cause("evt_2"))
    assert receipt_for(booking) == before
    assert [document.amount for document in documents_of(booking)] == [3375]


def test_what_an_older_release_captured_meanwhile_gets_its_receipt(booking: Booking, stripe: FakeGateway) -> None:
    pay(BookingFactory(session=booking.session), stripe)
    payment = pay(booking, stripe)
    from_before(payment)
    DocumentCounter.objects.update(last=1)
    assert broken() == [(f"payment {payment.pk}", "has no receipt")]
    assert (issue_missing_receipts(), issue_missing_receipts(), broken()) == (1, 0, [])


def test_one_payment_whose_receipt_cannot_be_issued_keeps_no_other_waiting(
    booking: Booking, stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = pay(BookingFactory(session=booking.session), stripe), pay(booking, stripe)
    for payment in (bad, good):
        from_before(payment)

    def breaking(payment: Payment) -> Receipt:
        if payment.pk == bad.pk:
            raise ValueError("a row that nobody thought of")
        return issue_receipt(payment)

    monkeypatch.setattr("payments.domain.receipts.issue_receipt", breaking)
    assert issue_missing_receipts() == 1
    assert list(Receipt.objects.values_list("payment", flat=True)) == [good.pk]


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (lambda: CreditNote.objects.update(amount=499), "its credit notes are not what went back"),
        (lambda: DocumentCounter.objects.update(last=3), "gave 3 numbers, 2 documents have one"),
    ],
)
def test_the_hourly_check_finds_what_does_not_add_up(
    booking: Booking, stripe: FakeGateway, wrong: object, found: str
) -> None:
    refunded(pay(booking, stripe), 500)
    wrong()  # type: ignore[operator]
    assert [sentence for _, sentence in broken()] == [found]


def test_somebody_elses_document_is_not_found(booking: Booking, stripe: FakeGateway) -> None:
    pay(booking, stripe)
    own = f"/bookings/{booking.reference}/receipt/RC-000001.pdf"
    assert signed_in(booking.caregiver.user).get(own).status_code == 200
    assert signed_in(booking.caregiver.user).get(own.replace("001", "002")).status_code == 404
    assert signed_in(UserFactory()).get(own).status_code == 404
    assert Client().get(own).status_code == 302


def test_a_year_s_statement_has_what_was_paid_and_returned_in_it(booking: Booking, stripe: FakeGateway) -> None:
    Session.objects.filter(pk=booking.session_id).update(
        starts_at=datetime(2027, 1, 20, 10, tzinfo=UTC), ends_at=datetime(2027, 1, 20, 13, tzinfo=UTC)
    )
    with time_machine.travel(datetime(2026, 12, 31, 12, tzinfo=UTC)):
        Booking.objects.update(hold_expires_at=datetime(2026, 12, 31, 13, tzinfo=UTC))
        payment = pay(Booking.objects.get(pk=booking.pk), stripe)
    with time_machine.travel(datetime(2027, 1, 1, 12, tzinfo=UTC)):
        refunded(payment, 500)
    user = booking.caregiver.user
    found = {year: statement_of(user, year) for year in (2025, 2026, 2027)}
    totals = {year: statement and statement.totals for year, statement in found.items()}
    assert totals == {2025: None, 2026: (("GBP", 1125),), 2027: (("GBP", -500),)}
    assert found[2027] is not None
    assert printed(statement_as_pdf(found[2027]))[-3:] == [
        "Date Number Description Booking Amount",
        f"1 January 2027 CN-000002 Refund of the deposit {booking.reference} −£5.00",
        "Total −£5.00",
    ]
    client = signed_in(user)
    assert [client.get(f"/statements/{year}/").status_code for year in (2025, 2026)] == [404, 200]
    assert client.get("/statements/2026/statement.pdf")["Content-Type"] == "application/pdf"
    assert signed_in(UserFactory()).get("/statements/2026/").status_code == 404


def test_a_statement_has_what_was_paid_before_receipts_had_numbers(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    from_before(payment)
    refunded(payment, 500)
    statement = statement_of(booking.caregiver.user, clock.now().year)
    assert statement is not None
    assert [(line.number, line.description, line.amount) for line in statement.lines] == [
        (f"R-{payment.pk:06d}", "Deposit", 1125),
        (f"R-{payment.pk:06d}", "Refund", -500),
    ]


def test_the_data_copy_has_the_documents_and_erasure_leaves_no_name(booking: Booking, stripe: FakeGateway) -> None:
    payment = pay(booking, stripe)
    refunded(payment, 500)
    [told] = export(booking.caregiver.user)
    assert (told["receipt"]["number"], told["receipt"]["paid_by"]) == ("RC-000001", "Amara Okafor")
    assert [note["number"] for note in told["receipt"]["credit_notes"]] == ["CN-000002"]
    Payment.objects.update(paid_with="Visa …4242")
    erase(booking.caregiver.user)
    receipt = Receipt.objects.select_related("payment").get()
    assert (receipt.billed_to, receipt.payment.paid_with, receipt.amount) == ("", "", 1125)


@pytest.mark.parametrize(
    ("status", "returned", "total"),
    [
        ("needs_response", (), 1125),
        ("won", (), 1125),
        ("lost", (ReceiptLine("Returned by your bank", 1125),), 0),
    ],
)
def test_what_a_lost_dispute_took_is_not_paid_by_a_receipt_from_before(
    booking: Booking, stripe: FakeGateway, status: str, returned: tuple[ReceiptLine, ...], total: int
) -> None:
    withdrawn = 0 if status == "won" else 1125
    payment = pay(booking, stripe)
    from_before(payment)
    Dispute.objects.create(
        payment=payment, stripe_dispute_id="du_1", amount=1125, status=status, withdrawn_amount=withdrawn
    )
    receipt = receipt_for(booking)
    assert receipt is not None
    assert (receipt.refunds, receipt.total) == (returned, total)


@pytest.mark.parametrize(
    ("currency", "deposit", "refund", "total"),
    [
        ("GBP", "£1,200.00", "-£20.00", "£1,180.00"),
        ("EUR", "EUR 1,200.00", "-EUR 20.00", "EUR 1,180.00"),
        ("JPY", "JP¥120,000", "-JP¥2,000", "JP¥118,000"),
        ("KRW", "KRW 120,000", "-KRW 2,000", "KRW 118,000"),
    ],
)
def test_amounts_on_receipts_from_before_are_readable_in_every_currency(
    currency: str, deposit: str, refund: str, total: str
) -> None:
    receipt = CombinedReceipt(
        number="R-000001", issued=clock.now(), organisation={"name": "Hearth & Hand"}, billed_to="Amara Okafor",
        booking_reference="7K3M-9QX2", lines=(ReceiptLine("Deposit: Respite care", 120000),),
        refunds=(ReceiptLine("Refund of the deposit", 2000),), total=118000, currency=currency, pdf_url="",
    )  # fmt: skip
    assert [line for line in printed(as_pdf(receipt)) if line.startswith(("Deposit", "Refund", "Total"))] == [
        f"Deposit: Respite care {deposit}",
        f"Refund of the deposit {refund}",
        f"Total paid {total}",
    ]
