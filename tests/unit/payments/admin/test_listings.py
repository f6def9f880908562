"""The ledger's listings: found by reference, narrowed, and taken away as a spreadsheet that adds up."""

import csv
from io import BytesIO, StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from payments.domain.refunds.request import request_refund
from payments.enums import RefundReason
from payments.models import Discrepancy, Dispute, Payment, ReceivedEvent
from portal.audit.actor import Actor, Cause, Source
from portal.common import clock
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

LISTINGS = ("payments/payment", "payments/refund", "payments/dispute", "payments/receivedevent",
            "payments/discrepancy", "audit/auditevent")  # fmt: skip


@pytest.fixture
def ledger(paid: Payment) -> Payment:
    """A payment with a refund whose note would run as a formula, and a dispute."""
    request_refund(
        paid.pk, amount=500, reason=RefundReason.GOODWILL, cause=Cause(Actor.user(UserFactory()), Source.STAFF),
        note='=HYPERLINK("http://evil")',
    )  # fmt: skip
    Dispute.objects.create(payment=paid, stripe_dispute_id="dp_1", amount=1125, status="needs_response")
    return paid


def as_csv(client: Client, path: str) -> list[dict[str, str]]:
    reply = client.get(f"/admin/{path}/", {"export": "csv"})
    text = b"".join(reply.streaming_content).decode() if reply.streaming else reply.content.decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(StringIO(text)))


def as_xlsx(client: Client, path: str) -> list[dict[str, Any]]:
    reply = client.get(f"/admin/{path}/", {"export": "xlsx"})
    body = b"".join(reply.streaming_content) if reply.streaming else reply.content  # type: ignore[attr-defined]
    head, *rows = load_workbook(BytesIO(body)).active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_payments_are_exported_in_amounts_that_add_up(ledger: Payment, finance: Client) -> None:
    [row] = as_csv(finance, "payments/payment")
    assert {name: row[name] for name in ("Type", "Status", "Amount", "Amount refunded", "Currency")} == {
        "Type": "Deposit", "Status": "Paid", "Amount": "11.25", "Amount refunded": "0.00", "Currency": "GBP",
    }  # fmt: skip
    [row] = as_xlsx(finance, "payments/payment")
    assert (row["Amount"], row["Amount received"]) == (11.25, 11.25)


def test_the_list_of_payments_costs_the_same_however_long(paid: Payment, finance: Client, stripe: FakeGateway) -> None:
    costs = []
    for _ in range(3):
        with CaptureQueriesContext(connection) as queries:
            finance.get("/admin/payments/payment/")
        costs.append(len(queries))
        pay(BookingFactory(), stripe)
    assert costs[1] == costs[2]  # the first fills caches


@pytest.mark.parametrize("read", [as_csv, as_xlsx])
def test_what_a_spreadsheet_would_run_is_text(read: Any, ledger: Payment, finance: Client) -> None:
    [row] = read(finance, "payments/refund")
    assert row["Note"] == """'=HYPERLINK("http://evil")"""
    assert (str(row["Amount"]), row["Reason"]) == ("5.00" if read is as_csv else "5", "Goodwill")


@pytest.mark.parametrize("path", LISTINGS)
def test_each_listing_opens_is_searched_and_exported(path: str, ledger: Payment, finance: Client) -> None:
    assert finance.get(f"/admin/{path}/").status_code == 200
    assert finance.get(f"/admin/{path}/", {"q": "nothing like it"}).status_code == 200
    assert isinstance(as_csv(finance, path), list)
    assert isinstance(as_xlsx(finance, path), list)


@pytest.mark.parametrize(
    ("currency", "amount", "exported", "shown"),
    [
        ("", 0, "0", ""),
        ("XXX", 1234, "1234", "1,234 of the smallest unit of XXX"),
        ("IDR", 3 * 10**9, "30000000.00", ""),
    ],
)
def test_a_difference_about_anything_at_stripe_is_shown_and_exported(
    finance: Client, currency: str, amount: int, exported: str, shown: str
) -> None:
    Discrepancy.objects.create(kind="unknown_charge", stripe_object_id="pi_1", currency=currency, amount=amount)
    [row] = as_csv(finance, "payments/discrepancy")
    assert row["Amount"] == exported
    for page in ("payments/discrepancy", "reconciliation"):
        assert shown in finance.get(f"/admin/{page}/").content.decode()


@pytest.mark.parametrize("path", ["payments/payment", "payments/refund", "payments/dispute"])
def test_a_row_is_found_by_the_bookings_reference(path: str, ledger: Payment, finance: Client) -> None:
    reference = ledger.booking.reference
    assert reference in finance.get(f"/admin/{path}/", {"q": reference}).content.decode().replace(
        f'value="{reference}"', ""
    )
    assert finance.get(f"/admin/{path}/", {"q": "zzzz"}).content.decode().count(reference) == 0


def test_the_list_of_events_shows_what_is_not_supported_and_which_handler_failed(db: None, finance: Client) -> None:
    failed = "A handler failed: shop.receivers.on_charge: ValueError"
    for event_id, state, error in (("evt_thin", "unsupported", ""), ("evt_charge", "applied", failed)):
        ReceivedEvent.objects.create(
            event_id=event_id, type="x", livemode=False, created_at=clock.now(), payload={}, ledger_state=state,
            mirror_last_error=error,
        )  # fmt: skip
    page = finance.get("/admin/payments/receivedevent/").content.decode()
    assert "Not supported" in page
    assert failed in page
    narrowed = finance.get("/admin/payments/receivedevent/?ledger_state__exact=unsupported").content.decode()
    assert ("evt_thin" in narrowed, "evt_charge" in narrowed) == (True, False)


def test_a_status_narrows_the_list(ledger: Payment, finance: Client) -> None:
    assert ledger.booking.reference in finance.get("/admin/payments/payment/?status__exact=succeeded").content.decode()
    assert (
        ledger.booking.reference not in finance.get("/admin/payments/payment/?status__exact=pending").content.decode()
    )


def test_the_filter_says_what_it_is_set_to(ledger: Payment, finance: Client) -> None:
    everything = finance.get("/admin/payments/payment/").content.decode()
    narrowed = finance.get("/admin/payments/payment/?status__exact=succeeded&purpose__exact=deposit").content.decode()
    assert "<summary>Filter</summary>" in everything
    assert "<summary>Filter: status paid, type deposit</summary>" in narrowed
    assert ("Clear filters" in everything, "Clear filters" in narrowed) == (False, True)


@pytest.mark.parametrize(
    "nonsense",
    [
        "foo=1",
        "created_at__gte=nonsense",
        "created_at__lte=2026-03-10",
        "o=99.x",
        "status__exact=bad",
        "p=abc",
        "p=99999",
        "export=xml",
    ],
)
@pytest.mark.parametrize("path", ["payments/payment", "audit/auditevent"])
def test_nonsense_in_the_address_shows_the_list(path: str, nonsense: str, ledger: Payment, finance: Client) -> None:
    reply = finance.get(f"/admin/{path}/?{nonsense}", follow=True)
    assert reply.status_code == 200


def test_no_lookup_but_the_offered_filters_is_answered(ledger: Payment, finance: Client) -> None:
    right = "booking__caregiver__user__email__startswith=" + ledger.booking.caregiver.user.email[0]
    page = finance.get(f"/admin/payments/payment/?{right}", follow=True)
    assert page.redirect_chain == [("/admin/payments/payment/", 302)]
    assert "That filter isn’t available here" in page.content.decode()


def test_a_dispute_is_exported_with_its_fee_in_the_currency_that_it_was_taken_from(
    ledger: Payment, finance: Client
) -> None:
    Dispute.objects.update(fee_amount=1700, settlement_currency="EUR")
    [row] = as_csv(finance, "payments/dispute")
    assert (row["Fee"], row["Settlement currency"]) == ("17.00", "EUR")
