"""The emailed link that pays one deposit: what it opens, for how long, and what whoever has it cannot do."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from importlib import import_module

import pytest
import time_machine
from django.core import mail
from django.core.signing import dumps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from payments.domain import notify
from payments.domain.cancellation import cancel
from payments.domain.checkout import CheckoutClosed, open_checkout
from payments.domain.invariants.check import check_invariants
from payments.domain.new_link import NothingToPay, send_new_link
from payments.domain.pay_links import issue, return_key
from payments.domain.release import expire_holds
from payments.models import PayLink, Payment
from payments.models.pay_link import hash_of
from payments.privacy import erase
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.domain.session_changes import cancel_session
from portal.bookings.models import Booking, BookingTransition, Session
from portal.common import clock
from portal.notifications.domain.send import LEASE, send_waiting
from portal.notifications.models import MessageText, Notification
from portal.notifications.templates import MessageTemplate
from tests.factories import BookingFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay
from tests.pages import signed_in, squeezed

pytestmark = pytest.mark.django_db


@pytest.fixture
def booking(stripe: FakeGateway) -> Booking:
    return BookingFactory()


@pytest.fixture
def link(booking: Booking) -> str:
    """As the email has it."""
    return f"/pay/{issue(booking)}/"


def back(page: str) -> str:
    """The address where the page's payer comes back to."""
    (address,) = re.findall(r'data-return-url="http://testserver([^"]+)"', page)
    return str(address)


def mailed() -> str:
    """The path in the last email."""
    (path,) = re.findall(r"http://\S+(/pay/\S+)", str(mail.outbox[-1].body))
    return str(path)


def test_the_email_leads_to_a_page_that_pays_without_an_account(client: Client, booking: Booking) -> None:
    notify.pay_link(booking)
    assert send_waiting() == 1
    page = client.get(mailed())
    assert page.status_code == 200
    text = squeezed(page.content.decode())
    assert "Pay £11.25 deposit" in text
    assert 'data-client-secret="secret"' in text
    assert "_auth" not in "".join(client.session.keys())


def test_it_shows_amount_time_terms_and_reference_and_nothing_of_a_person(client: Client, link: str) -> None:
    booking = Booking.objects.with_details().get()
    page = client.get(link).content.decode()
    for said in ("£45.00", "£11.25", "£33.75", "Free to cancel until", booking.reference, "<dt>When</dt>"):
        assert said in page, said
    service, user = booking.session.service, booking.caregiver.user
    for hidden in (service.name, service.slug, service.location, "Rose", user.first_name, user.last_name, user.email):
        assert hidden not in page, hidden


def test_its_owner_gets_the_same_page_signed_in(booking: Booking, link: str) -> None:
    page = signed_in(booking.caregiver.user).get(link).content.decode()
    assert "Pay £11.25 deposit" in page
    assert booking.caregiver.user.email not in page


def test_opening_uses_nothing_up_and_makes_one_intent(client: Client, stripe: FakeGateway, link: str) -> None:
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert Client().get(link).status_code == 200  # another device
    assert (len(stripe.intents), Payment.objects.count()) == (1, 1)


@pytest.mark.parametrize("path", ["", "over"])
def test_no_answer_goes_into_a_cache_a_referrer_or_a_search_engine(client: Client, link: str, path: str) -> None:
    reply = client.get(link if not path else f"/pay/{'x' * 43}/")
    assert (reply["Referrer-Policy"], reply["X-Robots-Tag"]) == ("no-referrer", "noindex, nofollow")
    assert "no-store" in reply["Cache-Control"]


def test_the_token_is_stored_nowhere(client: Client, booking: Booking, stripe: FakeGateway) -> None:
    notify.pay_link(booking)
    send_waiting()
    token = mailed().split("/")[2]
    client.get(f"/pay/{token}/")
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  # our own tables
            assert token not in str(cursor.fetchall()), table
    assert PayLink.objects.get().token_hash == hash_of(token)
    assert token not in json.dumps([asdict(intent) for intent in stripe.intents.values()], default=str)


def test_stripe_is_told_an_address_without_the_token(client: Client, link: str) -> None:
    page = client.get(link).content.decode()
    assert back(page).startswith("/pay/return/")
    assert link.split("/")[2] not in back(page)
    assert client.get(f"/pay/{back(page).split('/')[3]}/").status_code == 404  # the key of the return opens no form


def pays(booking: Booking, stripe: FakeGateway) -> None:
    pay(booking, stripe)


def cancels(booking: Booking, stripe: FakeGateway) -> None:
    cancel(booking, cause=Cause(Actor.user(booking.caregiver.user), Source.CAREGIVER))


def lets_it_expire(booking: Booking, stripe: FakeGateway) -> None:
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(seconds=1))


def is_released(booking: Booking, stripe: FakeGateway) -> None:
    lets_it_expire(booking, stripe)
    expire_holds()


def gets_a_newer_link(booking: Booking, stripe: FakeGateway) -> None:
    send_new_link(booking.pk, cause=cause())


def closes_the_account(booking: Booking, stripe: FakeGateway) -> None:
    type(booking.caregiver.user).objects.update(is_active=False)


@pytest.mark.parametrize(
    "end", [pays, cancels, lets_it_expire, is_released, gets_a_newer_link, closes_the_account], ids=lambda f: f.__name__
)
def test_once_it_is_over_it_looks_like_a_link_that_never_was(
    client: Client, booking: Booking, stripe: FakeGateway, link: str, end: Callable[[Booking, FakeGateway], None]
) -> None:
    never = client.get(f"/pay/{'A' * 43}/")
    end(booking, stripe)
    stripe.calls.clear()
    over = client.get(link)
    assert (never.status_code, over.status_code) == (404, 404)
    without_nonce = [re.sub(r'nonce="[^"]*"', "", reply.content.decode()) for reply in (never, over)]
    assert without_nonce[0] == without_nonce[1]
    assert "This payment link no longer works" in without_nonce[0]
    assert client.post(f"{link}extend/").status_code == 404
    assert stripe.calls == []


@pytest.mark.parametrize("token", ["x", "x" * 42, "x" * 44, "A" * 43, "é" * 43, "return", "../deposit"])
def test_a_guessed_token_opens_nothing(client: Client, booking: Booking, stripe: FakeGateway, token: str) -> None:
    assert client.get(f"/pay/{token}/").status_code == 404
    assert stripe.calls == []


def test_the_hash_itself_opens_nothing(client: Client, link: str) -> None:
    assert client.get(f"/pay/{PayLink.objects.get().token_hash[:43]}/").status_code == 404


def test_another_bookings_link_pays_the_other_booking_alone(client: Client, booking: Booking, link: str) -> None:
    other = BookingFactory()
    page = client.get(f"/pay/{issue(other)}/").content.decode()
    assert other.reference in page
    assert booking.reference not in page


def test_it_opens_no_other_page_of_the_booking(client: Client, booking: Booking, link: str) -> None:
    client.get(link)
    for path in ("deposit/{}/", "balance/{}/", "bookings/{}/", "bookings/{}/receipt/", "deposit/{}/status.json"):
        reply = client.get(f"/{path.format(booking.reference)}")
        assert (reply.status_code, reply["Location"].partition("?")[0]) == (302, "/accounts/login/")


def test_it_never_pays_the_balance(client: Client, booking: Booking, stripe: FakeGateway, link: str) -> None:
    pay(booking, stripe)
    assert client.get(link).status_code == 404
    assert [payment.purpose for payment in Payment.objects.all()] == ["deposit"]


def test_a_moved_booking_shows_its_new_time_and_the_same_amount(client: Client, booking: Booking, link: str) -> None:
    later = SessionFactory(service=booking.session.service, starts_at=booking.session.starts_at + timedelta(days=1))
    Booking.objects.filter(pk=booking.pk).update(session=later)
    page = client.get(link).content.decode()
    assert Session.objects.get(pk=later.pk).starts_local.isoformat() in page
    assert "Pay £11.25 deposit" in page


def test_the_return_page_says_paid_for_an_hour_without_an_account(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    address = back(client.get(link).content.decode())
    assert client.get(f"{address}status.json").json()["state"] == "waiting"
    pay(booking, stripe)
    page = client.get(address)
    assert "<h1>Deposit paid</h1>" in squeezed(page.content.decode())
    assert (page["Referrer-Policy"], "Rose" in page.content.decode()) == ("no-referrer", False)
    assert client.get(f"{address}status.json").json() == {"state": "paid", "payment": "succeeded"}
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        assert client.get(address).status_code == 404
        assert client.get(f"{address}status.json").status_code == 404


def test_a_slow_webhook_is_not_needed_and_the_trail_names_the_pay_link(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    address = back(client.get(link).content.decode())
    stripe.pay(str(Payment.objects.get().intent_id))
    assert client.get(f"{address}status.json?check=1").json()["state"] == "paid"
    confirmed = BookingTransition.objects.get(to_status="confirmed")
    assert (confirmed.actor_kind, confirmed.actor_id) == ("system", "pay_link")
    moves = AuditEvent.objects.filter(object_type="payment", action__contains="succeeded")
    assert {event.actor_id for event in moves} <= {"pay_link"}
    assert check_invariants() == 0


def test_a_second_tab_comes_to_the_same_payment(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    pages = [client.get(link).content.decode(), Client().get(link).content.decode()]
    pay(booking, stripe)
    assert ["Deposit paid" in client.get(back(page)).content.decode() for page in pages] == [True, True]
    assert len(stripe.intents) == 1
    assert check_invariants() == 0


def test_a_payment_at_the_bank_is_not_asked_for_again(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    client.get(link)
    stripe.set(str(Payment.objects.get().intent_id), status="processing")
    page = client.get(link).content.decode()
    assert "We’re confirming your deposit" in page
    assert "Give me more time" not in page
    assert "data-client-secret" not in page


def test_no_new_link_is_sent_while_the_payment_is_at_the_bank(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    address = back(client.get(link).content.decode())
    stripe.set(str(Payment.objects.get().intent_id), status="processing")
    client.get(link)
    with pytest.raises(NothingToPay):
        send_new_link(booking.pk, cause=cause())
    assert client.get(address).status_code == 200  # whoever has just paid is told so
    assert not Notification.objects.exists()


def test_it_pays_nothing_once_staff_have_cancelled_the_session(
    client: Client, booking: Booking, stripe: FakeGateway, link: str
) -> None:
    cancel_session(booking.session_id, cause=Cause(Actor.user(UserFactory()), Source.STAFF))
    assert client.get(link).status_code == 404  # the worker has not come to this booking yet
    with pytest.raises(CheckoutClosed):
        open_checkout(Booking.objects.get())
    assert not stripe.intents


def test_a_return_that_did_not_pay_says_so_and_shows_no_secret(client: Client, link: str) -> None:
    address = back(client.get(link).content.decode())
    secret = "payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_x&redirect_status=failed"
    assert client.get(f"{address}?{secret}")["Location"] == address
    page = client.get(address).content.decode()
    assert "Your payment didn’t go through" in page
    assert "You haven’t been charged and your place is still held." in page


@pytest.mark.parametrize("key", ["x", "MQ:1abCde:x", ""])
def test_a_made_up_return_tells_nothing(client: Client, link: str, key: str) -> None:
    for address in (f"/pay/return/{key}/", f"/pay/return/{key}/status.json"):
        assert client.get(address).status_code == 404


def test_a_signature_for_something_else_tells_nothing(client: Client, link: str) -> None:
    for forged in (dumps(PayLink.objects.get().pk), dumps("sample", salt="payments.payment_page.sample")):
        assert client.get(f"/pay/return/{forged}/").status_code == 404


def test_the_return_of_a_replaced_link_tells_nothing(client: Client, booking: Booking, link: str) -> None:
    address = reverse("payments:pay_link_return", args=[return_key(PayLink.objects.get())])
    send_new_link(booking.pk, cause=cause())
    assert client.get(address).status_code == 404


def test_more_time_is_given_once_and_to_no_other_booking(client: Client, booking: Booking, link: str) -> None:
    other = BookingFactory()
    before = (booking.hold_expires_at, other.hold_expires_at)
    reply = Client(enforce_csrf_checks=True).post(f"{link}extend/", headers={"Accept": "application/json"})
    said = reply.json()
    fresh = Booking.objects.get(pk=booking.pk)
    assert before[0] is not None
    assert fresh.hold_expires_at == before[0] + timedelta(minutes=30)
    assert said["message"] == f"We’ll now hold your place until {said['until']}."
    assert 3590 < said["seconds_left"] <= 3600
    again = client.post(f"{link}extend/", headers={"Accept": "application/json"})
    assert (again.status_code, "once" in again.json()["error"]) == (409, True)
    assert Booking.objects.get(pk=other.pk).hold_expires_at == before[1]
    asked = AuditEvent.objects.get(action="booking.hold_extended")
    assert (asked.actor_kind, asked.actor_id) == ("system", "pay_link")


def test_more_time_without_javascript_leads_back_to_the_page(client: Client, link: str) -> None:
    assert "Give me more time" in client.get(link).content.decode()
    reply = client.post(f"{link}extend/", follow=True)
    assert (reply.redirect_chain, "We’ll now hold your place until" in reply.content.decode()) == ([(link, 302)], True)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_page_is_only_read(client: Client, link: str, method: str) -> None:
    assert getattr(client, method)(link).status_code == 405


def test_trying_too_often_is_limited_whether_right_or_wrong(client: Client, link: str, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "pay_link": "2/m/client"}
    assert [client.get(path).status_code for path in (link, f"/pay/{'A' * 43}/", link)] == [200, 404, 429]
    assert client.get(link)["Referrer-Policy"] == "no-referrer"


def test_an_email_that_is_sent_again_after_a_crash_has_a_link_that_works(client: Client, booking: Booking) -> None:
    notify.pay_link(booking)
    send_waiting()
    first = mailed()
    Notification.objects.update(status="unknown", due_at=clock.now())
    send_waiting()
    assert first != mailed()
    assert [client.get(path).status_code for path in (first, mailed())] == [200, 200]


class Killed(BaseException):
    """As a signal ends a process."""


def killed_at_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies when the link's row is there, before the mail server has a byte."""

    def die(self: mail.EmailMessage, fail_silently: bool = False) -> int:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMultiAlternatives, "send", die)
        with pytest.raises(Killed):
            send_waiting()


def killed_before_the_row_says_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies between the two rows: the link's, and the email's that says "sending"."""

    def die(template: MessageTemplate) -> MessageText:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(import_module("portal.notifications.domain.send"), "text_for", die)
        with pytest.raises(Killed):
            send_waiting()


@pytest.mark.parametrize(
    "crash", [killed_at_hand_over, killed_before_the_row_says_sending], ids=lambda crash: crash.__name__
)
def test_a_crash_between_the_link_and_the_hand_over_sends_one_email_that_pays_once(
    client: Client,
    booking: Booking,
    stripe: FakeGateway,
    monkeypatch: pytest.MonkeyPatch,
    crash: Callable[[pytest.MonkeyPatch], None],
) -> None:
    notify.pay_link(booking)
    crash(monkeypatch)
    never_left = PayLink.objects.get()
    assert (send_waiting(), mail.outbox) == (0, [])  # still leased
    with time_machine.travel(clock.now() + LEASE + timedelta(seconds=1)):
        assert sum(send_waiting() for _ in range(3)) == 1
    assert len(mail.outbox) == 1
    assert hash_of(mailed().split("/")[2]) not in ("", never_left.token_hash)
    assert client.get(mailed()).status_code == 200
    pay(booking, stripe)
    assert client.get(mailed()).status_code == 404
    assert (len(stripe.intents), Payment.objects.count(), check_invariants()) == (1, 1, 0)


def booked_by_phone(booking: Booking) -> None:
    """Its caregiver has an account without a password, and has never signed in."""
    user = booking.caregiver.user
    user.set_unusable_password()
    user.save()


def is_reminded(booking: Booking) -> None:
    notify.hold_ending(booking)


def is_declined(booking: Booking) -> None:
    open_checkout(booking)
    notify.payment_failed(Payment.objects.get())


LATER_EMAILS = pytest.mark.parametrize("tell", [is_reminded, is_declined], ids=lambda tell: tell.__name__)


@LATER_EMAILS
def test_a_later_email_to_a_family_that_never_signed_in_pays_as_well(
    client: Client, booking: Booking, link: str, tell: Callable[[Booking], None]
) -> None:
    booked_by_phone(booking)
    tell(booking)
    assert send_waiting() == 1
    assert "Pay £11.25 deposit" in squeezed(client.get(mailed()).content.decode())
    assert mailed() != link
    assert client.get(link).status_code == 200  # somebody may be paying there
    row = Notification.objects.get()
    assert (row.status, row.body, mailed() in str(row.context)) == ("sent", "", False)


@LATER_EMAILS
@pytest.mark.parametrize("has", ["password", "signed_in"])
def test_a_later_email_leads_behind_sign_in_for_who_can_sign_in(
    booking: Booking, tell: Callable[[Booking], None], has: str
) -> None:
    if has == "signed_in":  # with a code by email
        booked_by_phone(booking)
        type(booking.caregiver.user).objects.update(last_login=clock.now())
    tell(booking)
    assert send_waiting() == 1
    body = str(mail.outbox[-1].body)
    assert (f"/deposit/{booking.reference}/" in body, "/pay/" in body) == (True, False)
    assert (PayLink.objects.count(), Notification.objects.get().body) == (0, body)


@LATER_EMAILS
def test_a_later_email_that_waits_until_it_is_paid_carries_no_link(
    booking: Booking, stripe: FakeGateway, tell: Callable[[Booking], None]
) -> None:
    booked_by_phone(booking)
    tell(booking)
    pay(booking, stripe)
    send_waiting()
    assert not PayLink.objects.exists()
    assert Notification.objects.exclude(template="booking_confirmed").get().status == "failed"


def test_an_email_that_waits_while_a_newer_one_is_asked_for_is_not_sent(booking: Booking) -> None:
    notify.pay_link(booking)
    send_new_link(booking.pk, cause=cause())
    assert send_waiting() == 1
    assert [n.status for n in Notification.objects.filter(template="pay_link").order_by("pk")] == ["failed", "sent"]
    assert PayLink.objects.count() == 1


def test_an_email_that_waits_until_it_is_paid_is_not_sent(booking: Booking, stripe: FakeGateway) -> None:
    notify.pay_link(booking)
    pay(booking, stripe)
    send_waiting()
    assert Notification.objects.get(template="pay_link").status == "failed"
    assert not PayLink.objects.exists()


def test_the_old_address_behind_sign_in_goes_on_working(client: Client, booking: Booking) -> None:
    path = f"/deposit/{booking.reference}/"
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert signed_in(booking.caregiver.user).get(path).status_code == 200


def test_opening_takes_few_queries_whatever_else_there_is(client: Client, booking: Booking, link: str) -> None:
    for _ in range(3):
        issue(BookingFactory())
    client.get(link)  # a new service is a change of public pages: what is kept of them is made anew
    with CaptureQueriesContext(connection) as queries:
        client.get(link)
    assert len(queries) <= 30


def test_erasing_a_person_takes_their_links_away(booking: Booking, link: str) -> None:
    erase(booking.caregiver.user)
    assert not PayLink.objects.exists()
