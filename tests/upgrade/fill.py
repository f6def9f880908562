"""Fills a database with what a portal has after some weeks: run by `tests.upgrade.make` with an older release's code.

Everything goes through that release's own domain, views and commands, so that its rows are as it writes them.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import django
from values import (  # type: ignore[import-not-found]
    CARE_RECIPIENT,
    CAREGIVER,
    EDITED_TEXT,
    EDITED_TITLE,
    PASSWORD,
    SETTINGS,
    TOTP_SECRET,
    TOTP_USER,
)

django.setup()

import httpx  # noqa: E402
from allauth.account.models import EmailAddress  # noqa: E402
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: E402
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from home.models import ContentPage  # noqa: E402
from insights.rollups.refresh import refresh  # noqa: E402
from ops.demo.management.commands.seed_demo import seed  # noqa: E402
from payments import mirror  # noqa: E402
from payments.domain import events, release, session_changes  # noqa: E402
from payments.domain.cancellation import cancel  # noqa: E402
from payments.domain.checkout import book, open_checkout  # noqa: E402
from payments.domain.discrepancies import close  # noqa: E402
from payments.domain.offline import record_balance  # noqa: E402
from payments.domain.reconciliation import reconcile  # noqa: E402
from payments.domain.refunds.request import request_refund  # noqa: E402
from payments.domain.refunds.send import send_refunds  # noqa: E402
from payments.domain.reschedule import move_to_session  # noqa: E402
from payments.enums import (  # noqa: E402
    DiscrepancyStatus,
    OfflineKind,
    Purpose,
    RefundReason,
    RunKind,
)
from payments.models import Discrepancy, Payment, ReceivedEvent  # noqa: E402
from portal.accounts.models import User  # noqa: E402
from portal.activity.consent import allow  # noqa: E402
from portal.audit.actor import Actor, Cause, Source  # noqa: E402, Cause
from portal.audit.domain.seal import seal_committed  # noqa: E402
from portal.bookings.domain.attendance import mark_attendance  # noqa: E402
from portal.bookings.domain.session_changes import cancel_session, move_session  # noqa: E402
from portal.bookings.enums import BookingStatus  # noqa: E402
from portal.bookings.models import Booking, Service, Session  # noqa: E402
from portal.caregivers import erasure  # noqa: E402
from portal.caregivers.domain import invite, welcome  # noqa: E402
from portal.common import clock  # noqa: E402
from portal.notifications.domain.send import send_waiting  # noqa: E402

SANDBOX = settings.STRIPE_API_BASE
HOST = SETTINGS["PORTAL_BASE_URL"].removeprefix("https://")


def main() -> None:
    """Everything, then the work that waits for it."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.TASKS_ENABLED = False  # the work is done here
    settings.BOOKING_MAX_OPEN_HOLDS = 50
    seed()
    User.objects.update(password=_hash())
    _factor(TOTP_USER)
    _factor("admin@example.com")
    _more_people()
    _edited_page()
    _signed_in()
    Bookings().make_all()
    _finish()


def _hash() -> str:
    user = User()
    user.set_password(PASSWORD)
    return user.password


def user(email: str) -> User:
    """Somebody that is there."""
    return User.objects.get(email=email)


def _factor(email: str) -> None:
    TOTP.activate(user(email), TOTP_SECRET)
    RecoveryCodes.activate(user(email))


def _more_people() -> None:
    """As earlier releases let them be written: in mixed case, with further addresses, invited, erased."""
    admin = Actor.user(user("admin@example.com"))
    mixed = User(email="Nora.Mixed@Example.com", first_name="Nora", last_name="Mixed", password=_hash())
    mixed.save()
    EmailAddress.objects.create(user=mixed, email="Nora.Mixed@Example.com", verified=True, primary=True)
    welcome(mixed).care_recipients.create(full_name="Ned Mixed")
    second = user("caregiver2@example.com")
    EmailAddress.objects.create(user=second, email="Tom.Work@Example.com", verified=True, primary=False)
    EmailAddress.objects.create(user=second, email="tom.unverified@example.com", verified=False, primary=False)
    allow(second)
    invite(
        email="called@example.com",
        first_name="Cal",
        last_name="Led",
        phone="0117 496 0001",
        cause=Cause(admin, Source.STAFF),
    )
    gone = User.objects.create_user("gone@example.com", PASSWORD, first_name="Gone")
    welcome(gone)
    erasure.request_erasure(gone)
    erasure.erase_waiting()
    root = User.objects.create_superuser("Root@Example.com", PASSWORD)
    EmailAddress.objects.create(user=root, email=root.email, verified=True, primary=True)


def _edited_page() -> None:
    page = ContentPage.objects.get(slug="privacy")
    page.title = EDITED_TITLE
    page.body = [*page.body.raw_data, {"type": "rich_text", "value": f"<p>{EDITED_TEXT}</p>"}]
    page.save_revision(user=user("editor@example.com"), log_action=True).publish(user=user("editor@example.com"))
    about = ContentPage(title="About us", slug="about", owner=user("editor@example.com"))
    page.get_parent().add_child(instance=about)
    about.introduction = "<p>A draft that nobody has published.</p>"
    about.save_revision(user=user("editor@example.com"))


def _signed_in() -> None:
    """Somebody who signed up, somebody who is signed in, and somebody who is so with the second factor."""
    post(Client(), "/accounts/signup/", email="New.Comer@Example.com", first_name="New", last_name="Comer",
         password1=PASSWORD)  # fmt: skip
    post(Client(), "/accounts/login/", login=CAREGIVER, password=PASSWORD)
    with_factor = Client()
    post(with_factor, "/accounts/login/", login=TOTP_USER, password=PASSWORD)
    code = format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))
    post(with_factor, "/accounts/2fa/authenticate/", code=code)
    with_factor.get("/admin/", secure=True, SERVER_NAME=HOST)


def post(client: Client, path: str, **form: Any) -> None:
    """A form that is taken."""
    reply = client.post(path, form, secure=True, SERVER_NAME=HOST)
    assert reply.status_code == 302, (path, reply.status_code, reply.content.decode()[:2000])


class Bookings:
    """Each is made by Amara for one of her own, in a session of its own."""

    def __init__(self) -> None:
        amara = user(CAREGIVER)
        self.caregiver = amara.caregiver
        self.person = self.caregiver.care_recipients.get(full_name=CARE_RECIPIENT)
        self.by = Actor.user(amara)
        self.coordinator = Actor.user(user("coordinator@example.com"))
        self.finance = Actor.user(user(TOTP_USER))
        day_programme = Service.objects.get(slug="respite-care-at-home")
        late = clock.now() + timedelta(days=7)
        self._sessions = iter(Session.objects.filter(service=day_programme, starts_at__gt=late))

    def make(self) -> Booking:
        return book(
            session=next(self._sessions),
            caregiver=self.caregiver,
            care_recipient=self.person,
            cause=Cause(self.by, Source.CAREGIVER),
        )

    def paid(
        self, card: str = "pm_card_visa", purpose: Purpose = Purpose.DEPOSIT, booking: Booking | None = None
    ) -> Payment:
        """Its payment, once Stripe's events about it are applied."""
        payment = self.tried(card, purpose, booking)
        until(lambda: Payment.objects.get(pk=payment.pk).captured_amount > 0, f"money by {card}")
        return Payment.objects.get(pk=payment.pk)

    def tried(self, card: str, purpose: Purpose = Purpose.DEPOSIT, booking: Booking | None = None) -> Payment:
        payment = open_checkout(booking or self.make(), purpose).payment
        stripe_post(f"payment_intents/{payment.intent_id}/confirm", payment_method=card)
        return payment

    def make_all(self) -> None:
        """One of each kind."""
        self.make()  # nothing asked of Stripe yet
        open_checkout(self.make())  # the card form is open
        self.tried("pm_card_chargeDeclinedInsufficientFunds")
        self.tried("pm_card_sandboxProcessing")
        self.tried("pm_card_threeDSecure2Required")
        self._over()
        confirmed = self.paid()
        self.paid(purpose=Purpose.BALANCE, booking=fresh(confirmed))
        by_hand = self.paid()
        record_balance(
            by_hand.booking_id,
            kind=OfflineKind.CASH,
            received_on=clock.now().date(),
            reference="till 4",
            cause=Cause(self.finance, Source.STAFF),
        )
        self._attended()
        self._moved()
        self._refunded()
        self._disputed()
        self._differs()

    def _over(self) -> None:
        expired, cancelled = self.make(), self.make()
        open_checkout(expired)
        Booking.objects.filter(pk=expired.pk).update(hold_expires_at=clock.now() - timedelta(minutes=1))
        release.expire_holds()
        open_checkout(cancelled)
        cancel(cancelled, cause=Cause(self.by, Source.CAREGIVER))
        cancel(fresh(self.paid()), cause=Cause(self.by, Source.CAREGIVER))
        late = self.make()
        late_intent = open_checkout(late).payment.intent_id
        stripe_post(f"payment_intents/{late_intent}/confirm", payment_method="pm_card_visa")

    def _attended(self) -> None:
        for status in (BookingStatus.COMPLETED, BookingStatus.NO_SHOW):
            booking = fresh(self.paid())
            begun = clock.now() - timedelta(hours=26 if status == BookingStatus.NO_SHOW else 30)
            Session.objects.filter(pk=booking.session_id).update(starts_at=begun, ends_at=begun + timedelta(hours=3))
            mark_attendance(booking.pk, seen=booking.status, to=status, cause=Cause(self.coordinator, Source.STAFF))

    def _moved(self) -> None:
        booking, target = fresh(self.paid()), next(self._sessions)
        move_to_session(
            booking.pk, from_session=booking.session_id, to_session=target.pk, cause=Cause(self.by, Source.CAREGIVER)
        )
        session = fresh(self.paid()).session
        move_session(
            session.pk, seen_starts_at=session.starts_at, starts_at=session.starts_at + timedelta(hours=1),
            cause=Cause(self.coordinator, Source.STAFF), message="The carer comes from another visit.",
        )  # fmt: skip
        cancel_session(
            fresh(self.paid()).session_id, cause=Cause(self.coordinator, Source.STAFF), message="The carer is ill."
        )
        until(lambda: session_changes.process_session_changes() == 0, "the sessions' changes")

    def _refunded(self) -> None:
        for card, amount in (("pm_card_visa", 500), ("pm_card_refundFail", 400), ("pm_card_pendingRefund", 300)):
            payment = self.paid(card)
            request_refund(
                payment.pk, amount=amount, reason=RefundReason.GOODWILL, cause=Cause(self.finance, Source.STAFF)
            )
        clerk = self.paid()
        stripe_post("refunds", payment_intent=str(clerk.intent_id), amount="200")
        send_refunds()

    def _disputed(self) -> None:
        for status in ("", "won", "lost"):
            payment = self.paid("pm_card_createDispute")
            until(lambda p=payment: Payment.objects.get(pk=p.pk).disputes.exists(), "a dispute")  # type: ignore[misc]
            if status:
                dispute = Payment.objects.get(pk=payment.pk).disputes.get()
                control(f"disputes/{dispute.stripe_dispute_id}/close", status=status)

    def _differs(self) -> None:
        """Charges that no payment knows of: one is left open, one closed, and one refund was not heard of."""
        for number in range(2):
            made = stripe_post("payment_intents", amount=str(1000 + number), currency="gbp").json()
            stripe_post(f"payment_intents/{made['id']}/confirm", payment_method="pm_card_visa")
        moment = clock.now()
        reconcile(RunKind.FULL, moment - timedelta(days=1), moment, heal_missed=True)
        first = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN).order_by("pk").first()
        assert first is not None
        close(first, DiscrepancyStatus.IGNORED, "A donation.", cause=Cause(self.finance, Source.STAFF))


def fresh(payment: Payment) -> Booking:
    """Its booking as it is now."""
    return Booking.objects.select_related("session", "caregiver__user").get(pk=payment.booking_id)


def stripe_post(path: str, **form: str) -> httpx.Response:
    """A call with the secret key; a decline is an answer too."""
    key = {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
    extra = {"return_url": SETTINGS["PORTAL_BASE_URL"]} if path.endswith("/confirm") else {}
    reply = httpx.post(f"{SANDBOX}/v1/{path}", data={**form, **extra}, headers=key, timeout=30)
    assert reply.status_code in (200, 402), reply.text
    return reply


def control(path: str, **body: Any) -> None:
    """One of the sandbox's controls."""
    httpx.post(f"{SANDBOX}/_control/{path}", json=body, timeout=30).raise_for_status()


def until(ready: Callable[[], bool], what: str) -> None:
    """Do the workers' work until `ready`."""
    end = time.monotonic() + 60
    while not ready():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not come")
        work()
        time.sleep(0.1)


def work() -> int:
    """A round of what the worker does."""
    return events.process_inbox() + send_refunds() + send_waiting() + mirror.mirror_inbox()


def _finish() -> None:
    def quiet() -> bool:
        return not ReceivedEvent.objects.filter(mirror_state="waiting").exists() and not work()

    time.sleep(3)  # the sandbox's last deliveries
    until(quiet, "quiet")
    seal_committed()
    refresh()


if __name__ == "__main__":
    main()
