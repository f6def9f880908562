"""What is promised when a booking is cancelled is what is then sent, and the sentences say no more than that."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from payments.domain.cancellation import cancel
from payments.domain.refunds.quote import quote, read_signed, signed
from payments.domain.refunds.request import request_refund
from payments.domain.refunds.retry import mark_refunded_offline
from payments.domain.refunds.send import send_refunds
from payments.enums import DiscrepancyKind, Method, PaymentStatus, Purpose, RefundReason
from payments.models import Discrepancy, Dispute, Payment, Refund
from payments.refund_sentences import after, before
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from portal.notifications.models import Notification
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.SETTLEMENT)
SENDING = "We’re refunding £11.25 to the card you used. Allow 5 to 10 days."


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    """Its deposit of £11.25 is paid."""
    pay(booking, stripe)
    return fresh(booking)


def fresh(booking: Booking) -> Booking:
    return Booking.objects.get(pk=booking.pk)


def dispute(booking: Booking, status: str, withdrawn: int) -> None:
    """Of the deposit; an inquiry leaves the charge refundable."""
    payment = booking.payments.get(purpose=Purpose.DEPOSIT)
    Dispute.objects.create(
        payment=payment, stripe_dispute_id="du_1", amount=1125, status=status, withdrawn_amount=withdrawn,
        is_charge_refundable=status.startswith("warning"),
    )  # fmt: skip
    Payment.objects.filter(pk=payment.pk).update(disputed_amount=withdrawn)


def cash_balance(booking: Booking) -> None:
    """£33.75 that staff took in."""
    balance = Payment.objects.create(
        booking=booking, purpose=Purpose.BALANCE, amount=3375, currency="GBP", method=Method.OFFLINE
    )
    Payment.objects.filter(pk=balance.pk).update(status=PaymentStatus.SUCCEEDED, captured_amount=3375)


def mailed(booking: Booking) -> str:
    """Cancel it; returns what the email says of the money."""
    cancel(fresh(booking), cause=Cause(BY, Source.CAREGIVER))
    return str(Notification.objects.get(template="booking_cancelled").context["refund"])


def sent() -> list[tuple[str, int, str]]:
    return list(Refund.objects.order_by("pk").values_list("payment__purpose", "amount", "status"))


def test_a_card_payment_goes_back_as_the_page_and_the_email_say(confirmed: Booking) -> None:
    said = before(quote(confirmed))
    assert said[1:] == ["We’ll refund the card you used. Allow 5 to 10 days."]
    assert mailed(confirmed) == SENDING
    assert sent() == [("deposit", 1125, "requested")]


def test_what_the_bank_has_returned_is_not_promised_a_second_time(confirmed: Booking) -> None:
    dispute(confirmed, "lost", 1125)
    assert quote(fresh(confirmed)).amount == 0
    assert mailed(confirmed) == "Your bank has already returned £11.25 to you."
    assert sent() == []


def test_what_the_bank_returned_counts_towards_the_terms_share(confirmed: Booking) -> None:
    dispute(confirmed, "lost", 500)
    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=30), tick=False):  # half comes back
        due = quote(fresh(confirmed))
        assert (due.amount, due.not_by_card, due.disputed, due.charged_back) == (62, 62, 0, 500)


@pytest.mark.parametrize(("status", "withdrawn", "left"), [("won", 0, "£11.25"), ("lost", 500, "£6.25")])
def test_after_a_dispute_what_stripe_cannot_send_is_returned_by_hand(
    confirmed: Booking, status: str, withdrawn: int, left: str
) -> None:
    dispute(confirmed, status, withdrawn)
    promised = f"We can’t refund {left} to your card. Our team will be in touch to refund it another way."
    assert promised in before(quote(fresh(confirmed)))
    assert quote(fresh(confirmed)).amount == 1125 - withdrawn
    assert promised in mailed(confirmed)
    assert list(Discrepancy.objects.values_list("kind", "amount")) == [("refund_blocked", 1125 - withdrawn)]


def test_a_booking_that_stands_after_a_loss_was_reversed_returns_all_of_it_by_hand(confirmed: Booking) -> None:
    dispute(confirmed, "lost", 1125)
    assert quote(fresh(confirmed)).amount == 0
    Dispute.objects.update(status="won", withdrawn_amount=0)
    Payment.objects.update(disputed_amount=0)
    due = quote(fresh(confirmed))
    assert (due.amount, due.not_by_card, due.charged_back) == (1125, 1125, 0)


def test_what_was_returned_by_hand_is_not_promised_again(confirmed: Booking) -> None:
    dispute(confirmed, "won", 0)
    deposit = confirmed.payments.get()
    made = request_refund(deposit.pk, amount=400, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    mark_refunded_offline(made.pk, amount=400, cause=Cause(BY, Source.STAFF))
    due = quote(fresh(confirmed))
    assert (due.amount, due.not_by_card, due.refunded) == (725, 725, 400)
    assert "We’ve already refunded £4.00." in before(due)


def test_an_earlier_refund_is_extra_and_the_share_is_the_most_that_is_refunded(
    confirmed: Booking, stripe: FakeGateway
) -> None:
    deposit = confirmed.payments.get()
    request_refund(deposit.pk, amount=600, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    send_refunds()
    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=30), tick=False):
        due = quote(fresh(confirmed))
    assert due.amount == 525
    assert before(due) == [
        "You’re cancelling more than 24 hours before the session, so under the terms you booked on we’ll refund up to "
        "50% of what you paid, out of what we still hold.",
        "We’ll refund £5.25 to the card you used. Allow 5 to 10 days.",
        "We’ve already refunded £6.00.",
    ]


def test_while_the_bank_decides_nothing_is_promised_and_finance_has_a_task(confirmed: Booking) -> None:
    dispute(confirmed, "needs_response", 1125)
    due = quote(fresh(confirmed))
    assert (due.amount, due.disputed) == (0, 1125)
    waits = (
        "Your bank has been asked to return £11.25, so we can’t refund it ourselves. "
        "Our team will be in touch about it."
    )
    assert before(due)[1:] == [waits]
    assert mailed(confirmed) == waits
    assert sent() == [("deposit", 1125, "failed")]


def test_an_inquiry_keeps_nothing_back(confirmed: Booking) -> None:
    dispute(confirmed, "warning_needs_response", 0)
    assert mailed(confirmed) == SENDING


def test_what_was_paid_to_our_team_is_given_back_by_them(confirmed: Booking) -> None:
    cash_balance(confirmed)
    due = quote(fresh(confirmed))
    assert (due.amount, due.by_stripe, due.by_hand) == (4500, 1125, 3375)
    by_hand = "You paid £33.75 directly to our team. They’ll be in touch to refund it."
    assert mailed(confirmed) == f"{SENDING} {by_hand}"
    assert sent() == [("balance", 3375, "failed"), ("deposit", 1125, "requested")]
    assert Discrepancy.objects.get().kind == DiscrepancyKind.REFUND_BY_HAND


def test_what_is_on_its_way_is_said_and_not_sent_again(confirmed: Booking) -> None:
    deposit = confirmed.payments.get()
    request_refund(deposit.pk, amount=1125, reason=RefundReason.GOODWILL, cause=Cause(BY, Source.STAFF))
    assert mailed(confirmed) == "A refund of £11.25 is already on its way to you."
    assert sent() == [("deposit", 1125, "requested")]


def test_a_payment_that_is_being_processed_is_explained(booking: Booking, stripe: FakeGateway) -> None:
    Payment.objects.filter(booking=booking).update(status=PaymentStatus.PROCESSING)
    said = before(quote(fresh(booking)))
    assert said == ["Your payment of £11.25 is still being processed. If it goes through, we’ll refund all of it."]


@pytest.mark.parametrize(
    ("policy", "hours", "said"),
    [
        (
            [(168, 100)],
            169,
            "You’re cancelling more than 7 days before the session, so you’ll get a full refund of £11.25.",
        ),
        (
            [(24, 100)],
            25,
            "You’re cancelling more than 24 hours before the session, so you’ll get a full refund of £11.25.",
        ),
        (
            [(72, 100), (24, 50)],
            30,
            "You’re cancelling more than 24 hours before the session, so under the terms you booked on we’ll refund "
            "50% of what you paid.",
        ),
        ([(72, 100), (24, 50)], 2, "It’s less than 24 hours until the session, so we can’t refund your deposit."),
        ([(72, 100), (0, 0)], 2, "It’s less than 3 days until the session, so we can’t refund your deposit."),
        ([(24, 0)], 30, "Under the terms you booked on, there’s no refund."),
        ([], 30, "Under the terms you booked on, there’s no refund."),
    ],
)
def test_the_reason_names_the_notice_in_days_or_hours(
    confirmed: Booking, policy: list[tuple[int, int]], hours: int, said: str
) -> None:
    windows = [{"hours_before": notice, "refund_percent": percent} for notice, percent in policy]
    Booking.objects.filter(pk=confirmed.pk).update(policy=windows)
    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=hours), tick=False):
        assert before(quote(fresh(confirmed)))[0] == said


def test_too_late_speaks_of_all_that_was_paid_once_the_balance_is_paid_too(confirmed: Booking) -> None:
    cash_balance(confirmed)
    Booking.objects.filter(pk=confirmed.pk).update(policy=[{"hours_before": 24, "refund_percent": 100}])
    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=2), tick=False):
        said = before(quote(fresh(confirmed)))[0]
    assert said == "It’s less than 24 hours until the session, so we can’t refund what you’ve paid."


def test_too_late_says_that_the_terms_return_nothing(confirmed: Booking) -> None:
    with time_machine.travel(confirmed.session.starts_at - timedelta(hours=2), tick=False):
        assert after(quote(confirmed)) == "Under the terms you booked on, there’s no refund."


def test_an_unpaid_booking_says_that_nothing_was_paid(booking: Booking) -> None:
    assert after(quote(booking)) == "You hadn’t paid anything, so there’s nothing to refund."


@pytest.mark.parametrize("value", ["", "nonsense", "W10:xyz"])
def test_an_amount_that_no_page_of_ours_carried_is_none(value: str, confirmed: Booking) -> None:
    assert read_signed(confirmed, value) is None
    assert read_signed(confirmed, signed(BookingFactory(), 1125)) is None
    assert read_signed(confirmed, signed(confirmed, 1125)) == 1125


class TestPage:
    """/bookings/<reference>/cancel/"""

    @pytest.fixture
    def owner(self, confirmed: Booking, client: Client) -> Client:
        client.force_login(confirmed.caregiver.user)
        return client

    def test_asks_again_when_the_notice_ran_out_meanwhile(self, owner: Client, confirmed: Booking) -> None:
        address = f"/bookings/{confirmed.reference}/cancel/"
        shown = {"quoted": signed(confirmed, 1125)}
        Booking.objects.filter(pk=confirmed.pk).update(policy=[{"hours_before": 24, "refund_percent": 50}])
        answer = owner.post(address, shown)
        assert answer.status_code == 422
        assert "Your refund has changed since you opened this page." in answer.content.decode()
        assert fresh(confirmed).status == BookingStatus.CONFIRMED
        assert owner.post(address, {"quoted": answer.context["quoted"]}).status_code == 302
        assert sent() == [("deposit", 562, "requested")]

    def test_returns_more_than_it_said_without_asking(self, owner: Client, confirmed: Booking) -> None:
        address = f"/bookings/{confirmed.reference}/cancel/"
        assert owner.post(address, {"quoted": signed(confirmed, 500)}).status_code == 302
        assert sent() == [("deposit", 1125, "requested")]

    def test_asks_again_without_an_amount(self, owner: Client, confirmed: Booking) -> None:
        assert owner.post(f"/bookings/{confirmed.reference}/cancel/").status_code == 422
        assert fresh(confirmed).status == BookingStatus.CONFIRMED
