"""What an email or a page says of money is what the ledger then does; each template that names an amount has a case."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import pytest
import time_machine
from django.template.loader import render_to_string
from django.test import Client

from payments.domain import notify
from payments.domain.cancellation import cancel
from payments.domain.checkout import open_checkout
from payments.domain.disputes import apply_dispute
from payments.domain.intent_sync import apply_intent, record_decline
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline
from payments.domain.refunds.send import send_refunds
from payments.domain.reminders import remind_of_ending_holds, remind_of_sessions
from payments.domain.session_changes import process_session_changes
from payments.enums import Purpose, RefundReason, RefundStatus
from payments.gateway.base import DisputeResult, GatewayRefused, PaymentError
from payments.messages import TEMPLATES
from payments.models import Dispute, Payment, Refund
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.domain.session_changes import cancel_session
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.domain.render import rendered
from portal.notifications.domain.texts import text_for
from portal.notifications.models import Notification
from portal.notifications.templates import REGISTRY
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.pages import signed_in
from tests.services import ROOT
from tests.unit.payments.test_receipts import from_before

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
DEPOSIT, BALANCE = 1125, 3375
MONEY: Final = re.compile(r"£([\d,]+)\.(\d\d)")
OF_MONEY: Final = re.compile(r"\{(amount|refund|balance|at_stake|payment)\}")


def amounts_in(text: str) -> set[int]:
    """The amounts that a text names, in pence."""
    return {int(pounds.replace(",", "") + pence) for pounds, pence in MONEY.findall(text)}


def mailed(key: str) -> set[int]:
    """The amounts in the one email of this template."""
    wording = text_for(REGISTRY[key])
    message = rendered(wording.subject, wording.body, wording.button, Notification.objects.get(template=key).context)
    return amounts_in(f"{message.subject}\n{message.text}")


@dataclass
class World:
    """One booking: £45.00, of which £11.25 is the deposit. What is here now is read from the ledger's rows."""

    booking: Booking
    stripe: FakeGateway

    def pays(self, purpose: Purpose = Purpose.DEPOSIT) -> Payment:
        payment = open_checkout(self.fresh(), purpose).payment
        apply_intent(self.stripe.pay(str(payment.intent_id)), cause())
        return Payment.objects.get(pk=payment.pk)

    def is_declined(self, purpose: Purpose = Purpose.DEPOSIT) -> None:
        payment = open_checkout(self.fresh(), purpose).payment
        intent = self.stripe.set(str(payment.intent_id), last_error=PaymentError("card_declined"))
        record_decline(payment.pk, intent, cause(), occurred_at=clock.now())

    def refunds(self, payment: Payment, amount: int) -> None:
        by = Actor.user(self.booking.caregiver.user)
        request_refund(payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(by, Source.STAFF))
        send_refunds()

    def fresh(self) -> Booking:
        return Booking.objects.get(pk=self.booking.pk)

    def captured(self, purpose: Purpose) -> int:
        return int(Payment.objects.get(booking=self.booking, purpose=purpose).captured_amount)

    def sent_back(self) -> int:
        """What Stripe took to send back."""
        sent = Refund.objects.filter(payment__booking=self.booking, status=RefundStatus.SUCCEEDED)
        return sum(sent.values_list("amount", flat=True))


@pytest.fixture
def world(booking: Booking, stripe: FakeGateway) -> World:
    return World(booking, stripe)


def booking_confirmed(world: World) -> int:
    world.pays()
    return world.captured(Purpose.DEPOSIT)


def balance_received(world: World) -> int:
    world.pays()
    world.pays(Purpose.BALANCE)
    return world.captured(Purpose.BALANCE)


def payment_failed(world: World) -> int:
    world.is_declined()
    assert world.captured(Purpose.DEPOSIT) == 0  # "Nothing has been charged."
    world.pays()
    return world.captured(Purpose.DEPOSIT)


def balance_failed(world: World) -> int:
    world.pays()
    world.is_declined(Purpose.BALANCE)
    assert world.captured(Purpose.BALANCE) == 0
    world.pays(Purpose.BALANCE)
    return world.captured(Purpose.BALANCE)


def hold_ending(world: World) -> int:
    held_until = world.booking.hold_expires_at
    assert held_until is not None
    with time_machine.travel(held_until - timedelta(minutes=5)):
        remind_of_ending_holds()
        world.pays()
    return world.captured(Purpose.DEPOSIT)


def pay_link(world: World) -> int:
    notify.pay_link(world.booking)
    world.pays()
    return world.captured(Purpose.DEPOSIT)


def booking_cancelled(world: World) -> int:
    world.pays()
    with time_machine.travel(world.booking.session.starts_at - timedelta(hours=30)):
        cancel(world.fresh(), cause=Cause(BY, Source.CAREGIVER))
        send_refunds()
    assert world.sent_back() == 562  # half of it, by the terms
    return world.sent_back()


def session_cancelled(world: World) -> int:
    world.pays()
    world.pays(Purpose.BALANCE)
    cancel_session(world.booking.session_id, cause=Cause(Actor.user(world.booking.caregiver.user), Source.STAFF))
    process_session_changes()
    send_refunds()
    assert world.sent_back() == DEPOSIT + BALANCE
    return world.sent_back()


def session_tomorrow(world: World) -> int:
    world.pays()
    noon = world.booking.session.starts_local.replace(hour=12)
    with time_machine.travel(noon - timedelta(days=1)):
        remind_of_sessions()
        world.pays(Purpose.BALANCE)
    return world.captured(Purpose.BALANCE)


def late_money_returned(world: World) -> int:
    payment = open_checkout(world.booking).payment
    Booking.objects.filter(pk=world.booking.pk).update(status=BookingStatus.CANCELLED)
    apply_intent(world.stripe.pay(str(payment.intent_id)), cause())
    send_refunds()
    return world.sent_back()


def refund_sent(world: World) -> int:
    world.refunds(world.pays(), 400)
    return world.sent_back()


def refund_returned(world: World) -> int:
    payment = world.pays()
    Dispute.objects.create(payment=payment, stripe_dispute_id="du_1", amount=DEPOSIT, status="won")
    refund = request_refund(payment.pk, amount=400, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    mark_refunded_offline(refund.pk, amount=400, cause=Cause(BY, Source.STAFF))
    payment.refresh_from_db()
    assert world.stripe.refunds == {}  # "We didn't refund your card"
    return payment.refunded_amount


def refund_owed(world: World) -> int:
    """The lost dispute had covered it, and was won after all."""
    payment = world.pays()
    request_refund(payment.pk, amount=400, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    for movements, (status, withdrawn) in enumerate((("lost", DEPOSIT), ("won", 0))):
        told = DisputeResult(
            id="du_1", intent_id=str(payment.intent_id), charge_id=payment.charge_id, status=status, amount=DEPOSIT,
            reason="fraudulent", currency="GBP", created_at=clock.now(), is_charge_refundable=False,
            withdrawn_amount=withdrawn, evidence_due_at=None, movements=movements,
        )  # fmt: skip
        apply_dispute(told, cause())
    owed = Refund.objects.get(status=RefundStatus.FAILED)
    mark_refunded_offline(owed.pk, amount=owed.amount, cause=Cause(BY, Source.STAFF))
    payment.refresh_from_db()
    return payment.refunded_amount


def refund_failed(world: World) -> int:
    payment = world.pays()
    world.stripe.fail_next = [GatewayRefused("expired_or_canceled_card")]
    world.refunds(payment, 400)
    payment.refresh_from_db()
    assert (world.sent_back(), payment.refunded_amount, payment.pending_refund_amount) == (0, 0, 0)
    return int(Refund.objects.get(payment=payment, status=RefundStatus.FAILED).amount)


CASES: Final[dict[str, Callable[[World], int]]] = {
    case.__name__: case
    for case in (
        booking_confirmed,
        balance_received,
        payment_failed,
        balance_failed,
        hold_ending,
        pay_link,
        booking_cancelled,
        session_cancelled,
        session_tomorrow,
        late_money_returned,
        refund_sent,
        refund_returned,
        refund_owed,
        refund_failed,
    )
}


def test_every_email_to_caregivers_that_names_money_has_a_case() -> None:
    named = {t.key for t in TEMPLATES if not t.retired and OF_MONEY.search(t.subject + t.body)}
    assert CASES.keys() == named


@pytest.mark.parametrize("key", CASES)
def test_an_email_names_what_the_ledger_then_does(world: World, key: str) -> None:
    done = CASES[key](world)
    assert mailed(key) == {done}


# What each page shows, as a set of amounts, and what the ledger does with them.


def choosing_a_service(world: World, client: Client) -> None:
    shown = shown_at(client, "/book/")
    assert shown == {world.booking.price_amount, world.booking.deposit_amount} == {4500, DEPOSIT}
    assert world.pays().captured_amount == DEPOSIT


def service_facts(world: World, client: Client) -> None:
    service = world.booking.session.service
    shown = amounts_in(render_to_string("components/service_facts.html", {"service": service}))
    assert shown == {service.price_amount, world.pays().captured_amount}


def summary_of_what_is_due(world: World, client: Client) -> None:
    page = client.get(f"/deposit/{world.booking.reference}/").content.decode()
    due = re.search(r"<dt>Amount due</dt><dd>(.*?)</dd>", page)
    assert due is not None
    assert amounts_in(due.group(1)) == {world.pays().captured_amount}


def pay_button(world: World, client: Client) -> None:
    page = client.get(f"/deposit/{world.booking.reference}/").content.decode()
    button = re.search(r'id="payment-submit".*?</button>', page, re.S)
    assert button is not None
    assert amounts_in(button.group()) == {world.pays().captured_amount}


def price_deposit_and_balance(world: World, client: Client) -> None:
    page = client.get(f"/deposit/{world.booking.reference}/").content.decode()
    lines = re.search(r'<dl class="summary summary--amounts">(.*?)</dl>', page, re.S)
    assert lines is not None
    taken = [world.pays().captured_amount, world.pays(Purpose.BALANCE).captured_amount]
    assert amounts_in(lines.group(1)) == {sum(taken), *taken} == {4500, DEPOSIT, BALANCE}


def deposit_due_on_the_list(world: World, client: Client) -> None:
    assert shown_at(client, "/dashboard/") == {world.pays().captured_amount}
    assert shown_at(client, "/dashboard/") == {world.pays(Purpose.BALANCE).captured_amount}
    assert shown_at(client, "/dashboard/") == set()


def price_and_terms_of_the_chosen_session(world: World, client: Client) -> None:
    session = world.booking.session
    shown = shown_at(client, f"/book/?service={session.service.slug}&session={session.pk}")
    taken = [world.pays().captured_amount, world.pays(Purpose.BALANCE).captured_amount]
    assert shown == {sum(taken), *taken} == {4500, DEPOSIT, BALANCE}


def balance_still_to_pay_afterwards(world: World, client: Client) -> None:
    world.pays()
    with time_machine.travel(world.booking.session.ends_at + timedelta(minutes=1)):
        client = signed_in(world.booking.caregiver.user)
        assert shown_at(client, "/dashboard/") == {BALANCE}
    assert not Payment.objects.filter(booking=world.booking, purpose=Purpose.BALANCE).exists()


def still_to_pay_on_the_booking(world: World, client: Client) -> None:
    world.pays()
    assert shown_at(client, f"/bookings/{world.booking.reference}/") == {world.booking.price_amount, DEPOSIT, BALANCE}
    world.pays(Purpose.BALANCE)
    assert (world.captured(Purpose.DEPOSIT), world.captured(Purpose.BALANCE)) == (DEPOSIT, BALANCE)


def processing(world: World, client: Client) -> None:
    intent = open_checkout(world.booking).intent
    apply_intent(world.stripe.set(intent.id, status="processing"), cause())
    assert shown_at(client, "/dashboard/") == {DEPOSIT}
    assert world.captured(Purpose.DEPOSIT) == 0  # it is on its way, and nothing has arrived
    apply_intent(world.stripe.pay(intent.id), cause())
    assert world.captured(Purpose.DEPOSIT) == DEPOSIT


def balance_no_longer_paid_online(world: World, client: Client) -> None:
    world.pays()
    with time_machine.travel(world.booking.session.starts_at + timedelta(minutes=1)):
        client = signed_in(world.booking.caregiver.user)
        assert shown_at(client, f"/balance/{world.booking.reference}/") == {BALANCE}
    assert not Payment.objects.filter(booking=world.booking, purpose=Purpose.BALANCE).exists()


def what_comes_back(world: World, client: Client) -> None:
    world.pays()
    with time_machine.travel(world.booking.session.starts_at - timedelta(hours=30)):
        client = signed_in(world.booking.caregiver.user)
        address = f"/bookings/{world.booking.reference}/cancel/"
        page = client.get(address).content.decode()
        quoted = re.search(r'name="quoted" value="([^"]+)"', page)
        assert quoted is not None
        assert client.post(address, {"quoted": quoted.group(1)}).status_code == 302
        send_refunds()
    assert amounts_in(page) == {world.sent_back()} == {562}


def receipt_and_credit_note(world: World, client: Client) -> None:
    world.refunds(world.pays(), 400)
    shown = shown_at(client, f"/bookings/{world.booking.reference}/receipt/")
    assert shown == {world.captured(Purpose.DEPOSIT), world.sent_back()}


def receipt_from_before(world: World, client: Client) -> None:
    payment = world.pays()
    from_before(payment)
    world.refunds(payment, 400)
    shown = shown_at(client, f"/bookings/{world.booking.reference}/receipt/")
    assert shown == {world.captured(Purpose.DEPOSIT), world.sent_back(), DEPOSIT - 400}


def statement(world: World, client: Client) -> None:
    world.refunds(world.pays(), 400)
    shown = shown_at(client, f"/statements/{clock.now().year}/")
    assert shown == {world.captured(Purpose.DEPOSIT), world.sent_back(), DEPOSIT - 400}


PAGES: Final[dict[str, Callable[[World, Client], None]]] = {
    "home/book/_service.html": choosing_a_service,
    "components/service_facts.html": service_facts,
    "components/price_and_terms.html": price_and_terms_of_the_chosen_session,
    "components/booking_summary.html": summary_of_what_is_due,
    "components/price_lines.html": price_deposit_and_balance,
    "payments/deposit/_card.html": pay_button,
    "home/dashboard/_booking.html": deposit_due_on_the_list,
    "home/dashboard/_past.html": balance_still_to_pay_afterwards,
    "home/booking_detail.html": still_to_pay_on_the_booking,
    "components/processing.html": processing,
    "payments/deposit/_closed.html": balance_no_longer_paid_online,
    "home/cancel_confirm.html": what_comes_back,
    "payments/receipt/_document.html": receipt_and_credit_note,
    "payments/receipt/_combined.html": receipt_from_before,
    "payments/statement.html": statement,
}


def shown_at(client: Client, address: str) -> set[int]:
    """The amounts on a page."""
    reply = client.get(address)
    assert reply.status_code == 200
    return amounts_in(reply.content.decode())


def test_every_page_for_caregivers_that_names_money_has_a_case() -> None:
    folder = ROOT / "templates"
    naming = {str(file.relative_to(folder)) for file in folder.rglob("*.html") if "|money" in file.read_text()}
    ours = {name for name in naming if not name.startswith(("payments/admin/", "coordination/"))}
    assert PAGES.keys() == ours | {"payments/deposit/_closed.html"}  # its amounts are in the editors' wording


@pytest.mark.parametrize("template", PAGES)
def test_a_page_names_what_the_ledger_then_does(world: World, template: str) -> None:
    PAGES[template](world, signed_in(world.booking.caregiver.user))
