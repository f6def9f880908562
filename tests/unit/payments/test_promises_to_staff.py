"""What an email or a page for staff says of money is what the ledger has, or then does; each template has a case."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.domain.cancellation import cancel
from payments.domain.discrepancies import record_discrepancy
from payments.domain.disputes import apply_dispute
from payments.domain.fraud import apply_warning
from payments.domain.offline import record_balance
from payments.domain.reconciliation import digest
from payments.domain.refunds.quote import quote
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline
from payments.domain.refunds.send import send_refunds
from payments.domain.stripe_alarms import apply_payout
from payments.enums import DiscrepancyKind, Method, OfflineKind, Purpose, RefundReason
from payments.gateway.base import DisputeResult, GatewayRefused
from payments.models import Discrepancy, Dispute, Payment, Refund
from payments.refund_sentences import for_staff, why_blocked
from payments.staff_messages import TEMPLATES
from portal.accounts.roles import Role
from portal.audit.actor import Cause, Source
from portal.common import clock
from tests.factories import UserFactory
from tests.ledger import cause
from tests.services import ROOT
from tests.sign_in import authenticated
from tests.unit.payments.test_promises import (
    BALANCE,
    BY,
    DEPOSIT,
    OF_MONEY,
    World,
    amounts_in,
    mailed,
    shown_at,
    world,
)

__all__ = ["world"]
pytestmark = pytest.mark.django_db
NAMES_MONEY: Final = re.compile(r"\|money:|\{\{ (amount|left|explanation) ")


def disputed(payment: Payment, status: str = "needs_response", withdrawn: int = DEPOSIT) -> Dispute:
    """A dispute about all of the payment; a chargeback that waits for an answer, unless said otherwise."""
    apply_dispute(
        DisputeResult(
            id="dp_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status=status, reason="general",
            amount=payment.amount, currency="GBP", created_at=clock.now(), is_charge_refundable=False,
            withdrawn_amount=withdrawn, evidence_due_at=clock.now() + timedelta(days=9), settlement_currency="GBP",
            settlement_amount=withdrawn, fee_amount=1500, movements={"won": 2}.get(status, 1),
        ),
        cause(),
    )  # fmt: skip
    return Dispute.objects.get(payment=payment)


def refused_refund(world: World) -> Payment:
    """A refund of £4.00 that Stripe refuses for good."""
    payment = world.pays()
    world.stripe.fail_next = [GatewayRefused("expired_or_canceled_card")]
    world.refunds(payment, 400)
    return payment


@pytest.fixture
def finance(settings: Settings, db: None) -> Client:
    return staff(settings, Role.FINANCE)


@pytest.fixture
def coordinator(settings: Settings, db: None) -> Client:
    return staff(settings, Role.COORDINATOR)


def staff(settings: Settings, role: Role) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user, client = UserFactory(), Client()
    user.groups.add(Group.objects.get(name=role.value))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    authenticated(client, user)
    client.user = user  # type: ignore[attr-defined]
    return client


# Emails to finance.


def dispute_opened(world: World) -> int:
    return disputed(world.pays()).amount


def dispute_closed(world: World) -> int:
    return disputed(world.pays(), "lost").withdrawn_amount


def discrepancies_open(world: World) -> int:
    for number, amount in enumerate((700, 42)):
        record_discrepancy(
            DiscrepancyKind.STATUS_DIFFERS, stripe_object_id=f"pi_{number}", cause=Cause(BY, Source.SCHEDULE),
            amount=amount, currency="GBP",
        )  # fmt: skip
    digest.notify_finance()
    return sum(Discrepancy.objects.values_list("amount", flat=True))


def refund_to_settle(world: World) -> int:
    return Refund.objects.get(payment=refused_refund(world), status="failed").amount


def refund_to_return(world: World) -> int:
    payment = world.pays()
    disputed(payment)
    request_refund(payment.pk, amount=400, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    disputed(payment, "won", 0)
    refund = Refund.objects.get()
    mark_refunded_offline(refund.pk, amount=400, cause=Cause(BY, Source.STAFF))
    payment.refresh_from_db()
    return payment.refunded_amount


def fraud_warning(world: World) -> int:
    payment = world.pays()
    world.refunds(payment, 400)
    apply_warning({"id": "issfr_1", "actionable": True, "payment_intent": payment.intent_id}, cause())
    world.refunds(Payment.objects.get(pk=payment.pk), 725)  # finance does what the email asks
    assert world.sent_back() == DEPOSIT
    return Discrepancy.objects.get(kind=DiscrepancyKind.FRAUD_WARNING).amount


def payout_failed(world: World) -> int:
    apply_payout({"id": "po_1", "status": "failed", "amount": 123456, "currency": "gbp"}, cause())
    return Discrepancy.objects.get(kind=DiscrepancyKind.PAYOUT_FAILED).amount


EMAILS: Final[dict[str, Callable[[World], int]]] = {
    case.__name__: case
    for case in (
        dispute_opened,
        dispute_closed,
        discrepancies_open,
        refund_to_settle,
        refund_to_return,
        fraud_warning,
        payout_failed,
    )
}


def test_every_email_to_finance_that_names_money_has_a_case() -> None:
    named = {template.key for template in TEMPLATES if OF_MONEY.search(template.subject + template.body)}
    assert EMAILS.keys() == named


@pytest.mark.parametrize("key", EMAILS)
def test_an_email_to_finance_names_what_the_ledger_has(world: World, finance: Client, key: str) -> None:
    amount = EMAILS[key](world)
    assert mailed(key) == {amount}


# Pages of finance.


def payment_page(world: World, finance: Client) -> None:
    payment = world.pays()
    world.refunds(payment, 400)
    disputed(Payment.objects.get(pk=payment.pk), withdrawn=725)
    payment.refresh_from_db()
    assert (payment.captured_amount, payment.refunded_amount, payment.disputed_amount) == (DEPOSIT, 400, 725)
    assert shown_at(finance, f"/admin/payments/payment/inspect/{payment.pk}/") == {DEPOSIT, 400, 725, 1500}


def refund_form(world: World, finance: Client) -> None:
    payment = world.pays()
    world.refunds(payment, 400)
    page = finance.get(reverse("refund_payment", args=[payment.pk])).content.decode()
    left = Payment.objects.get(pk=payment.pk).refundable_amount
    assert amounts_in(page) == {left} == {725}
    request_refund(payment.pk, amount=left, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    send_refunds()
    assert world.sent_back() == DEPOSIT


def refund_asked_twice(world: World, finance: Client) -> None:
    payment = world.pays()
    address = reverse("refund_payment", args=[payment.pk])
    token = str(finance.get(address).context["form"].initial["token"])
    sent = {"amount": "10.50", "reason": "goodwill", "note": "", "token": token, "confirmed": ""}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("django.conf.settings.REFUND_CONFIRM_FROM", 10)
        asked = finance.post(address, sent).content.decode()
        finance.post(address, sent | {"confirmed": "1050"})
    send_refunds()
    assert amounts_in(asked) == {world.sent_back()} == {1050}


def reconciliation(world: World, finance: Client) -> None:
    refused_refund(world)
    at_stake = Discrepancy.objects.get(kind=DiscrepancyKind.REFUND_BLOCKED).amount
    assert shown_at(finance, reverse("reconciliation")) == {at_stake} == {400}


def evidence(world: World, finance: Client) -> None:
    dispute = disputed(world.pays())
    page = finance.get(reverse("answer_dispute", args=[dispute.pk])).content.decode()
    lead = re.search(r'<p class="portal-lead">.*?</p>', page)
    assert lead is not None
    assert amounts_in(lead.group()) == {dispute.withdrawn_amount} == {DEPOSIT}


FINANCE: Final[dict[str, Callable[[World, Client], None]]] = {
    "payments/admin/payment.html": payment_page,
    "payments/admin/refund.html": refund_form,
    "payments/admin/refund_confirm.html": refund_asked_twice,
    "payments/admin/reconciliation.html": reconciliation,
    "payments/admin/evidence.html": evidence,
}


# Pages of the care coordinators.


def booking_page(world: World, coordinator: Client) -> None:
    world.pays()
    address = reverse("coordination:booking", args=[world.booking.pk])
    assert shown_at(coordinator, address) == {4500, DEPOSIT, BALANCE}
    world.pays(Purpose.BALANCE)
    assert shown_at(coordinator, address) == {4500, DEPOSIT, BALANCE}
    assert world.captured(Purpose.DEPOSIT) + world.captured(Purpose.BALANCE) == 4500


def attendance(world: World, coordinator: Client) -> None:
    world.pays()
    address = reverse("coordination:attendance", args=[world.booking.session_id])
    assert shown_at(coordinator, address) == {world.pays(Purpose.BALANCE).captured_amount}
    assert shown_at(coordinator, address) == set()


def balance_entered(world: World, coordinator: Client) -> None:
    world.pays()
    address = reverse("coordination:enter_balance", args=[world.booking.pk])
    page = coordinator.get(address).content.decode()
    explained = re.search(r"[^<>]*as paid and email[^<>]*", page)
    assert explained is not None
    record_balance(
        world.booking.pk, kind=OfflineKind.CASH, received_on=date.today(), reference="", cause=Cause(BY, Source.STAFF)
    )
    assert amounts_in(explained.group()) == {world.captured(Purpose.BALANCE)} == {BALANCE}


def family(world: World, coordinator: Client) -> None:
    deposit = world.pays()
    address = reverse("coordination:family", args=[world.booking.caregiver_id])
    assert shown_at(coordinator, address) == {DEPOSIT, BALANCE}
    world.pays(Purpose.BALANCE)
    world.refunds(deposit, 400)
    assert shown_at(coordinator, address) == {DEPOSIT, 400, BALANCE}
    assert (world.captured(Purpose.BALANCE), world.sent_back()) == (BALANCE, 400)


def register(world: World, coordinator: Client) -> None:
    world.pays()
    address = f"{reverse('coordination:register')}?day={world.booking.session.starts_local:%Y-%m-%d}"
    assert shown_at(coordinator, address) == {BALANCE}
    world.pays(Purpose.BALANCE)
    assert shown_at(coordinator, address) == set()


def search(world: World, coordinator: Client) -> None:
    payment = world.pays()
    coordinator.user.groups.add(Group.objects.get(name=Role.FINANCE.value))  # type: ignore[attr-defined]
    address = f"{reverse('coordination:search')}?q={payment.intent_id}"
    assert shown_at(coordinator, address) == {payment.amount}


DESK: Final[dict[str, Callable[[World, Client], None]]] = {
    "coordination/booking.html": booking_page,
    "coordination/attendance.html": attendance,
    "coordination/booking_form.html": balance_entered,
    "coordination/family.html": family,
    "coordination/register.html": register,
    "coordination/search.html": search,
}


def test_every_page_for_staff_that_names_money_has_a_case() -> None:
    folder = ROOT / "templates"
    naming = {str(file.relative_to(folder)) for file in folder.rglob("*.html") if NAMES_MONEY.search(file.read_text())}
    ours = {name for name in naming if name.startswith(("payments/admin/", "coordination/"))}
    assert FINANCE.keys() | DESK.keys() == ours - {"coordination/change_session.html"}  # it names no amount


@pytest.mark.parametrize("template", FINANCE)
def test_a_page_of_finance_names_what_the_ledger_has(world: World, finance: Client, template: str) -> None:
    FINANCE[template](world, finance)


@pytest.mark.parametrize("template", DESK)
def test_a_page_of_the_desk_names_what_the_ledger_has(world: World, coordinator: Client, template: str) -> None:
    DESK[template](world, coordinator)


# What the desk is told before it cancels, and what cancelling then does.


def cancelled(world: World) -> list[str]:
    """What was said before, after it was done."""
    said = for_staff(quote(world.fresh()))
    cancel(world.fresh(), cause=Cause(BY, Source.STAFF))
    send_refunds()
    return said


TOLD: Final = "We’ll email the caregiver to confirm."


def test_a_card_is_refunded_through_stripe(world: World) -> None:
    world.pays()
    assert cancelled(world) == ["£11.25 will be refunded through Stripe.", TOLD]
    assert world.sent_back() == DEPOSIT


def test_money_that_the_bank_returned_is_not_refunded_again(world: World) -> None:
    disputed(world.pays(), "lost")
    assert cancelled(world) == [
        "Nothing will be refunded.", "The bank has already returned £11.25, so we won’t refund it again.", TOLD,
    ]  # fmt: skip
    assert (world.sent_back(), Refund.objects.count()) == (0, 0)


def test_disputed_money_is_a_task_for_finance(world: World) -> None:
    disputed(world.pays())
    assert cancelled(world) == [
        "£11.25 is disputed with the bank, so Stripe can’t refund it. We’ll let finance know.", TOLD,
    ]  # fmt: skip
    assert world.sent_back() == 0
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_blocked", DEPOSIT)]


def test_after_a_dispute_that_was_won_finance_returns_the_money(world: World) -> None:
    disputed(world.pays(), "won", 0)
    assert cancelled(world) == [
        "Stripe can’t refund £11.25 after the dispute, so it needs to be refunded manually. We’ll let finance know.",
        TOLD,
    ]
    assert world.sent_back() == 0
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_blocked", DEPOSIT)]


def test_money_paid_outside_is_refunded_by_hand(world: World) -> None:
    world.pays()
    record_balance(
        world.booking.pk, kind=OfflineKind.CASH, received_on=date.today(), reference="", cause=Cause(BY, Source.STAFF)
    )
    assert cancelled(world) == [
        "£11.25 will be refunded through Stripe.",
        "£33.75 was paid outside the portal, so it needs to be refunded manually. We’ll let finance know.",
        TOLD,
    ]
    assert world.sent_back() == DEPOSIT
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_by_hand", BALANCE)]


def test_what_an_earlier_refund_returns_is_said_beside_the_rest(world: World) -> None:
    payment = world.pays()
    request_refund(payment.pk, amount=400, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    assert cancelled(world) == [
        "£7.25 will be refunded through Stripe.", "An earlier refund of £4.00 is already on its way.", TOLD,
    ]  # fmt: skip
    assert world.sent_back() == DEPOSIT


def test_nothing_paid_is_nothing_refunded(world: World) -> None:
    assert cancelled(world) == ["Nothing has been paid, so there’s nothing to refund.", TOLD]
    assert world.sent_back() == 0


# Why finance cannot refund: the dispute as it stands, not as it began.


@pytest.mark.parametrize(
    ("status", "withdrawn", "sentence"),
    [
        ("needs_response", DEPOSIT, "Respond to the dispute instead, under Disputes below."),
        (
            "under_review",
            DEPOSIT,
            "The bank is deciding the cardholder’s dispute, so Stripe can’t refund this payment.",
        ),
        ("lost", DEPOSIT, "The bank has returned £11.25 to the cardholder, so Stripe can’t refund this payment."),
        ("won", 0, "The cardholder disputed this payment, so Stripe can’t refund it."),
    ],
)
def test_why_a_disputed_payment_cannot_be_refunded(world: World, status: str, withdrawn: int, sentence: str) -> None:
    payment = world.pays()
    disputed(payment, status, withdrawn)
    assert why_blocked(payment).endswith(sentence)
    Dispute.objects.update(is_charge_refundable=True)
    assert why_blocked(payment) == ""
    assert why_blocked(Payment(method=Method.OFFLINE)) == ""
