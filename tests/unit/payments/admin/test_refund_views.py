"""Finance refunds: what is typed is checked, large amounts are asked twice, a double click refunds once."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.domain.refunds.apply import apply_refund
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.send import send_refunds
from payments.enums import Method, RefundReason, RefundStatus
from payments.gateway.base import GatewayRefused
from payments.models import Dispute, Payment, Refund
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from portal.common import clock
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)


def address(payment: Payment) -> str:
    return reverse("refund_payment", args=[payment.pk])


def send(client: Client, payment: Payment, **fields: Any) -> HttpResponse:
    form = {"amount": "5.00", "reason": "goodwill", "note": "", "token": str(uuid.uuid4()), "confirmed": ""}
    return client.post(address(payment), {**form, **fields})  # type: ignore[return-value]


def refunds() -> list[tuple[int, str]]:
    return list(Refund.objects.order_by("pk").values_list("amount", "reason"))


def said(client: Client, payment: Payment) -> str:
    return client.get(f"/admin/payments/payment/inspect/{payment.pk}/").content.decode()


def test_the_form_offers_all_that_can_go_back(finance: Client, paid: Payment) -> None:
    page = finance.get(address(paid)).content.decode()
    assert 'value="11.25"' in page
    assert "You can refund up to £11.25" in page


def test_a_part_and_then_the_rest(finance: Client, paid: Payment, stripe: FakeGateway) -> None:
    assert send(finance, paid, amount="5.00", note="Agreed on the phone").status_code == 302
    assert send(finance, paid, amount="6.25", reason="mistake").status_code == 302
    assert refunds() == [(500, "goodwill"), (625, "mistake")]
    send_refunds()
    paid.refresh_from_db()
    assert (paid.status, paid.refunded_amount) == ("refunded", 1125)
    asked = AuditEvent.objects.filter(action="refund.requested").values_list("actor_kind", "source")
    assert list(asked) == [("user", "staff")] * 2


def test_a_form_sent_again_with_another_amount_says_so(finance: Client, paid: Payment) -> None:
    token = str(uuid.uuid4())
    send(finance, paid, amount="11.25", token=token)
    page = finance.get(send(finance, paid, amount="9.00", token=token)["Location"]).content.decode()
    assert "This form has already refunded a different amount. Open the payment and check it." in page
    assert "You’ve already sent this form" not in page
    assert refunds() == [(1125, "goodwill")]


def test_a_form_sent_again_after_stripe_refused_says_that_it_did_not_go_through(
    finance: Client, paid: Payment, stripe: FakeGateway
) -> None:
    token = str(uuid.uuid4())
    send(finance, paid, amount="11.25", token=token)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    page = finance.get(send(finance, paid, amount="11.25", token=token)["Location"]).content.decode()
    assert "You’ve already sent this form, but the refund didn’t go through. See below." in page
    assert "The refund was only made once" not in page


def test_a_payment_disputed_while_the_form_was_sent_is_not_said_to_be_on_its_way(
    finance: Client, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    Dispute.objects.create(payment=paid, stripe_dispute_id="du_1", amount=1125, status="needs_response")
    monkeypatch.setattr("payments.admin.refund_views.refund_refusal", lambda payment: "")  # looked a moment before
    page = finance.get(send(finance, paid, amount="11.25")["Location"]).content.decode()
    assert "Stripe can’t refund £11.25 now. See below." in page
    assert "is on its way" not in page


def test_a_double_click_refunds_once(finance: Client, paid: Payment) -> None:
    token = str(uuid.uuid4())
    for _ in range(2):
        assert send(finance, paid, amount="11.25", token=token).status_code == 302
    assert refunds() == [(1125, "goodwill")]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"amount": "11.26"}, "Enter an amount up to £11.25."),
        ({"amount": "0"}, "Enter an amount above zero."),
        ({"amount": "-5"}, "Ensure this value is greater than or equal to 0."),
        ({"amount": "5.001"}, "5.001 has more decimal places than GBP allows."),
        ({"amount": "five"}, "Enter an amount in numbers, for example 45.00."),
        ({"amount": "NaN"}, "Enter an amount in numbers, for example 45.00."),
        ({"amount": "1e30"}, "Ensure that there are no more than 12 digits in total."),
        ({"amount": ""}, "This field is required."),
        ({"reason": ""}, "This field is required."),
        ({"reason": "late_money"}, "Select a valid choice."),
        ({"note": "x" * 251}, "Ensure this value has at most 250 characters"),
        ({"token": "nonsense"}, "Nothing has been refunded."),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    finance: Client, paid: Payment, fields: dict[str, str], sentence: str
) -> None:
    response = send(finance, paid, **fields)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert refunds() == []


def test_a_large_amount_is_asked_twice(finance: Client, paid: Payment, settings: Settings) -> None:
    settings.REFUND_CONFIRM_FROM = 10
    token = str(uuid.uuid4())
    asked = send(finance, paid, amount="10.00", token=token)
    assert "Yes, refund £10.00" in asked.content.decode()
    assert refunds() == []
    assert "Yes, refund £11.00" in send(finance, paid, amount="11.00", confirmed="1000").content.decode()
    assert "Reason" in send(finance, paid, amount="10.00", confirmed="1000", change="1").content.decode()
    assert refunds() == []
    assert send(finance, paid, amount="10.00", confirmed="1000", token=token).status_code == 302
    assert refunds() == [(1000, "goodwill")]


def test_a_smaller_amount_is_not_asked_twice(finance: Client, paid: Payment, settings: Settings) -> None:
    settings.REFUND_CONFIRM_FROM = 10
    assert send(finance, paid, amount="9.99").status_code == 302


def test_what_cannot_be_refunded_says_why(finance: Client, paid: Payment) -> None:
    Dispute.objects.create(payment=paid, stripe_dispute_id="du_1", amount=1125, status="needs_response")
    page = finance.get(address(paid), follow=True).content.decode()
    assert "The cardholder has disputed this payment" in page
    assert send(finance, paid).status_code == 302
    assert refunds() == []


def test_an_unpaid_payment_is_not_refunded(finance: Client, booking: Any) -> None:
    response = send(finance, booking.payments.get())
    assert response.status_code == 302
    assert "Nothing has been paid yet" in said(finance, booking.payments.get())


def test_what_was_paid_outside_is_noted(finance: Client, paid: Payment) -> None:
    Payment.objects.filter(pk=paid.pk).update(method=Method.OFFLINE, intent_id=None)
    assert "Return the money the same way" in finance.get(address(paid)).content.decode()
    send(finance, paid, amount="11.25")
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


def test_what_stripe_sends_no_more_is_returned_by_hand_as_the_page_shows_it(finance: Client, paid: Payment) -> None:
    Dispute.objects.create(payment=paid, stripe_dispute_id="du_1", amount=1125, status="needs_response")
    request_refund(paid.pk, amount=1125, reason=RefundReason.CANCELLATION, cause=Cause(BY, Source.STAFF))
    by_hand = reverse("refund_by_hand", args=[Refund.objects.get().pk])
    again = reverse("retry_refund", args=[Refund.objects.get().pk])
    assert by_hand not in said(finance, paid)
    assert "Respond to the dispute instead" in finance.post(by_hand, {"amount": "1125"}, follow=True).content.decode()
    Dispute.objects.update(status="won")
    page = said(finance, paid)
    assert (by_hand in page, again in page, "Mark £11.25 as refunded manually" in page) == (True, False, True)
    for nonsense in ("", "11.25", "9" * 30, "-1125", "²"):
        page = finance.post(by_hand, {"amount": nonsense}, follow=True).content.decode()
        assert "The amount due has changed since you opened this page." in page
    page = finance.post(by_hand, {"amount": "1125"}, follow=True).content.decode()
    assert ("The refund has been recorded." in page, by_hand in page) == (True, False)
    assert (Refund.objects.get().status, Refund.objects.get().amount) == (RefundStatus.SUCCEEDED, 1125)


def test_a_refused_refund_is_sent_again(finance: Client, paid: Payment, stripe: FakeGateway) -> None:
    send(finance, paid)
    stripe.fail_next = [GatewayRefused("insufficient_funds")]
    send_refunds()
    again = reverse("retry_refund", args=[Refund.objects.get().pk])
    assert "The refund is being sent again." in finance.post(again, follow=True).content.decode()
    assert "already on its way" in finance.post(again, follow=True).content.decode()
    send_refunds()
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


def test_a_refund_that_was_replaced_is_not_offered_again(finance: Client, paid: Payment, stripe: FakeGateway) -> None:
    send(finance, paid)
    send_refunds()
    failed = replace(*stripe.refunds.values(), status="failed", failure_code="expired_or_canceled_card")
    apply_refund(failed, Cause(BY, Source.WEBHOOK, clock.now()))
    again = reverse("retry_refund", args=[Refund.objects.get().pk])
    assert again in said(finance, paid)
    page = finance.post(again, follow=True).content.decode()
    assert ("The refund is being sent again." in page, again in page) == (True, False)
    page = finance.post(again, follow=True).content.decode()  # an old tab
    assert ("The refund is being sent again." in page, "See the newer refund" in page) == (False, True)
    assert Refund.objects.count() == 2


def test_the_listing_offers_a_refund_to_finance_alone(
    finance: Client, signed_in: Callable[[Role], Client], paid: Payment
) -> None:
    assert address(paid) in finance.get("/admin/payments/payment/").content.decode()
    assert address(paid) not in signed_in(Role.MANAGER).get("/admin/payments/payment/").content.decode()


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.MANAGER, Role.ADMINISTRATOR, Role.EDITOR, Role.CAREGIVER])
def test_nobody_else_refunds(signed_in: Callable[[Role], Client], paid: Payment, role: Role) -> None:
    client = signed_in(role)
    failed = request_refund(paid.pk, amount=100, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    Refund.objects.update(status=RefundStatus.FAILED)
    answers = [
        send(client, paid).status_code,
        client.get(address(paid)).status_code,
        client.post(reverse("retry_refund", args=[failed.pk])).status_code,
        client.post(reverse("refund_by_hand", args=[failed.pk])).status_code,
    ]
    assert answers == [403] * 4
    assert Refund.objects.get().status == RefundStatus.FAILED


def test_a_payment_that_is_not_there_is_a_404(finance: Client) -> None:
    assert finance.get("/admin/payments/payment/999999/refund/").status_code == 404
    assert finance.post("/admin/payments/refund/999999/again/").status_code == 404
    assert finance.get("/admin/payments/refund/999999/again/").status_code == 405
