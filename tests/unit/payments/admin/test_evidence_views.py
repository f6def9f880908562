"""Finance answers a dispute in the admin: drafted, released by ticks, asked once more, and shown."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from payments.admin.home import tasks
from payments.domain.disputes import apply_dispute
from payments.domain.evidence import send_evidence
from payments.domain.evidence.fields import FIELDS
from payments.gateway.base import DisputeResult, GatewayRefused
from payments.models import Dispute, DisputeEvidence, EvidenceFile, Payment
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.common import clock
from tests.fakes import FakeGateway
from tests.unit.portal.uploads.samples import pdf, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def dispute(paid: Payment, stripe: FakeGateway) -> Dispute:
    result = DisputeResult(
        id="dp_1", intent_id=str(paid.intent_id), charge_id=paid.charge_id, status="needs_response",
        reason="product_not_received", amount=1125, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
        withdrawn_amount=1125, evidence_due_at=clock.now() + timedelta(days=9), movements=1,
    )  # fmt: skip
    stripe.disputes["dp_1"] = result
    apply_dispute(result, Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1"))
    return Dispute.objects.get()


def address(dispute: Dispute) -> str:
    return reverse("answer_dispute", args=[dispute.pk])


def save(client: Client, dispute: Dispute, **fields: Any) -> Any:
    return client.post(address(dispute), {"version": "0", **fields})


def submit(client: Client, dispute: Dispute, version: str = "1") -> Any:
    return client.post(reverse("submit_dispute_answer", args=[dispute.pk]), {"version": version})


def page(client: Client, url: str) -> str:
    return client.get(url).content.decode()


def payment_page(client: Client, dispute: Dispute) -> str:
    return page(client, f"/admin/payments/payment/inspect/{dispute.payment_id}/")


def test_the_page_offers_drafts_and_releases_nothing_by_itself(finance: Client, dispute: Dispute) -> None:
    form = finance.get(address(dispute)).context["form"]
    assert form["text_cancellation_rebuttal"].value() == "Our records show no cancellation of this booking."
    assert [field.name for field in FIELDS if form[f"release_{field.name}"].value()] == []
    assert not DisputeEvidence.objects.exists()


def test_a_draft_is_kept_looked_at_and_submitted(finance: Client, dispute: Dispute, stripe: FakeGateway) -> None:
    kept = {
        "text_product_description": "Respite care",
        "release_product_description": "on",
        "text_receipt": "Paid £11.25",
    }
    assert save(finance, dispute, **kept).url == address(dispute)
    shown = finance.get(address(dispute)).context["form"]
    assert (shown["text_receipt"].value(), shown["release_product_description"].value()) == ("Paid £11.25", True)
    assert shown["release_receipt"].value() is None
    looked_at = save(finance, dispute, **kept | {"version": "1", "review": "1"})
    asked = page(finance, looked_at.url)
    assert "Yes, submit to the bank" in asked
    assert ("Respite care" in asked, "Paid £11.25" in asked) == (True, False)
    assert tasks()[0].text.startswith("1 dispute needs a response")
    assert submit(finance, dispute, "2").url.endswith(f"/inspect/{dispute.payment_id}/")
    assert tasks() == []
    assert "Being sent" in payment_page(finance, dispute)
    send_evidence()
    assert [evidence for _, evidence in stripe.evidence] == [{"product_description": "Respite care"}]
    shown_now = payment_page(finance, dispute)
    assert "Submitted to the bank" in shown_now
    assert "Dispute response submitted to the bank" in shown_now
    assert ("Respond to dispute</a>" in shown_now, "View response" in shown_now) == (False, True)
    assert "Respite care" in page(finance, address(dispute))
    assert save(finance, dispute, **kept | {"version": "2"}).url == address(dispute)
    assert submit(finance, dispute, "2").status_code == 302
    assert (send_evidence(), len(stripe.evidence)) == (0, 1)


def test_an_answer_that_is_sent_for_an_hour_is_a_task_again(finance: Client, dispute: Dispute) -> None:
    save(finance, dispute, text_product_description="Care", release_product_description="on")
    submit(finance, dispute)
    assert tasks() == []
    DisputeEvidence.objects.update(requested_at=clock.now() - timedelta(minutes=61))
    assert len(tasks()) == 1


def test_a_refusal_is_shown_and_is_a_task(finance: Client, dispute: Dispute, stripe: FakeGateway) -> None:
    save(finance, dispute, text_product_description="Care", release_product_description="on")
    submit(finance, dispute)
    stripe.fail_next = [GatewayRefused("parameter_invalid", "Stripe cannot read it.")]
    send_evidence()
    assert "Stripe says: Stripe cannot read it." in page(finance, address(dispute))
    assert ("Rejected by Stripe" in payment_page(finance, dispute), len(tasks())) == (True, 1)


@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("invoice.pdf", pdf(), 302),
        ("register.png", picture("PNG"), 302),
        ("notes.docx", b"PK\x03\x04", 422),
        ("page.pdf", b"<html><script>", 422),
        ("empty.pdf", b"", 422),
    ],
)
def test_a_file_is_examined_as_everywhere(
    finance: Client, dispute: Dispute, name: str, content: bytes, status: int
) -> None:
    file = SimpleUploadedFile(name, content)
    reply = save(finance, dispute, file_service_documentation=file, release_service_documentation="on")
    assert reply.status_code == status
    found = [(file.sent_name, file.name, file.pages) for file in EvidenceFile.objects.all()]
    ending = "." + name.rpartition(".")[2]
    assert found == ([(f"service_documentation{ending}", name, 1)] if status == 302 else [])


def test_a_file_replaces_the_text_and_can_be_removed(finance: Client, dispute: Dispute, stripe: FakeGateway) -> None:
    chosen = {"text_receipt": "Paid", "release_receipt": "on"}
    save(finance, dispute, **chosen, file_receipt=SimpleUploadedFile("a.pdf", pdf()))
    assert "Attached: a.pdf" in page(finance, address(dispute))
    save(finance, dispute, **chosen, version="1", remove_receipt="on")
    assert not EvidenceFile.objects.exists()
    save(finance, dispute, **chosen, version="2", file_receipt=SimpleUploadedFile("b.pdf", pdf()))
    submit(finance, dispute, "3")
    send_evidence()
    assert [name for name, _ in stripe.files.values()] == ["receipt.pdf"]
    assert "Only Stripe has a copy" in page(finance, address(dispute))


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"release_uncategorized_text": "on"}, "“Anything else” is ticked but empty"),
        ({"text_service_date": "x" * 5001}, "Ensure this value has at most 5000 characters"),
        ({"version": "7"}, "This response has changed since you opened this page"),
        ({"version": "x"}, "The draft wasn’t saved."),
    ],
)
def test_what_cannot_be_kept_is_said(finance: Client, dispute: Dispute, fields: dict[str, str], sentence: str) -> None:
    reply = save(finance, dispute, **fields)
    assert (reply.status_code, DisputeEvidence.objects.count()) == (422, 0)
    assert sentence in reply.content.decode()


def test_nothing_released_cannot_be_submitted(finance: Client, dispute: Dispute) -> None:
    save(finance, dispute, text_product_description="Care")
    assert finance.get(reverse("submit_dispute_answer", args=[dispute.pk])).url == address(dispute)  # type: ignore[attr-defined]
    for version in ("1", "", "x", "9" * 30):
        assert submit(finance, dispute, version).url == address(dispute)
    assert DisputeEvidence.objects.get().state == "draft"


def test_a_closed_dispute_says_so(finance: Client, dispute: Dispute) -> None:
    Dispute.objects.update(status="lost", closed_at=clock.now())
    assert "This dispute is closed" in page(finance, address(dispute))
    assert finance.get(reverse("submit_dispute_answer", args=[dispute.pk])).url == address(dispute)  # type: ignore[attr-defined]
    assert "Respond to dispute</a>" not in payment_page(finance, dispute)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.MANAGER, Role.COORDINATOR, Role.EDITOR])
def test_only_finance_answers(role: Role, signed_in: Callable[[Role], Client], dispute: Dispute) -> None:
    client = signed_in(role)
    replies = [
        client.get(address(dispute)), save(client, dispute), submit(client, dispute),
        client.get(reverse("submit_dispute_answer", args=[dispute.pk])),
    ]  # fmt: skip
    assert {reply.status_code for reply in replies} == {403}
    assert not DisputeEvidence.objects.exists()
    if role != Role.EDITOR and role != Role.COORDINATOR:
        assert "Respond to dispute</a>" not in payment_page(client, dispute)


def test_the_listing_leads_to_the_answer(
    finance: Client, signed_in: Callable[[Role], Client], dispute: Dispute
) -> None:
    listing = "/admin/payments/dispute/"
    assert address(dispute) in page(finance, listing)
    assert address(dispute) not in page(signed_in(Role.ADMINISTRATOR), listing)
    Dispute.objects.update(status="under_review")
    assert address(dispute) not in page(finance, listing)


@pytest.mark.parametrize(("pages", "warned"), [(19, False), (20, True)])
def test_more_pages_than_a_mastercard_takes_are_said(
    finance: Client, dispute: Dispute, pages: int, warned: bool
) -> None:
    save(finance, dispute, file_receipt=SimpleUploadedFile("a.pdf", pdf()), release_receipt="on")
    EvidenceFile.objects.update(pages=pages)
    asked = page(finance, reverse("submit_dispute_answer", args=[dispute.pk]))
    assert (f"These documents have {pages} pages. Banks accept up to 19" in asked) is warned


def test_a_dispute_that_is_not_there_is_not_found(finance: Client) -> None:
    assert finance.get(reverse("answer_dispute", args=[999])).status_code == 404
    assert finance.post(reverse("submit_dispute_answer", args=[999])).status_code == 404
