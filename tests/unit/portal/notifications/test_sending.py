"""Each email is sent once, is tried again while the mail server refuses, and is never lost."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import pytest
import time_machine
from celery import Celery
from django.core.mail import EmailMultiAlternatives
from django.db import connection, transaction
from prometheus_client.registry import REGISTRY
from pytest_django import Settings

from payments.messages import BOOKING_CONFIRMED
from portal.common import clock, task_queue
from portal.notifications.domain import send
from portal.notifications.domain.send import LEASE, MOST_ATTEMPTS, send_waiting
from portal.notifications.models import Notification, NotificationStatus
from tests.factories import UserFactory
from tests.services import free_port
from tests.unit.portal.notifications.mail_server import Mailbox, started

pytestmark = pytest.mark.django_db


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    """A real mail server, and the portal told to use it."""
    port = free_port()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    box = Mailbox()
    server = started(box, port)
    yield box
    server.stop()


def queue(dedupe_key: str = "one") -> Notification:
    user = UserFactory(email=f"{dedupe_key}@example.com")
    send(BOOKING_CONFIRMED, to=user, context=BOOKING_CONFIRMED.samples, dedupe_key=dedupe_key)
    return Notification.objects.get(dedupe_key=dedupe_key)


def later(**span: float) -> "time_machine.travel":
    return time_machine.travel(clock.now() + timedelta(**span))


def crash_after_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker dies between the mail server's answer and our note of it."""

    class Killed(BaseException):
        """As a signal ends a process."""

    hand_over = EmailMultiAlternatives.send

    def send_and_die(self: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        hand_over(self, fail_silently)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", send_and_die)
        with pytest.raises(Killed):
            send_waiting()


def test_an_email_has_text_and_html_parts_and_a_message_id(mailbox: Mailbox) -> None:
    queue()
    assert send_waiting() == 1
    [mail] = mailbox.taken
    row = Notification.objects.get()
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert (mail["To"], mail["Subject"]) == ("one@example.com", row.subject)
    assert row.subject == "Your booking is confirmed: Respite care at home on Thursday 3 December 2026"
    assert mail["Message-ID"] == row.message_id
    assert row.message_id.endswith("@example.org>")
    assert "Rose Okafor’s place is confirmed" in text.get_content()
    assert "/bookings/7K3M-9QX2-W4TD/" in text.get_content()
    assert "Rose Okafor’s place is confirmed" in html.get_content()
    assert 'href="http://127.0.0.1:8000/bookings/7K3M-9QX2-W4TD/"' in html.get_content()
    assert (row.status, row.attempts, row.resent) == (NotificationStatus.SENT, 1, False)


def test_it_is_sent_once_however_often_the_worker_looks(mailbox: Mailbox) -> None:
    queue()
    assert [send_waiting() for _ in range(3)] == [1, 0, 0]
    with later(days=1):
        assert send_waiting() == 0
    assert len(mailbox.taken) == 1


def test_one_cause_is_one_email(mailbox: Mailbox) -> None:
    user = UserFactory()
    for _ in range(3):
        send(BOOKING_CONFIRMED, to=user, context=BOOKING_CONFIRMED.samples, dedupe_key="same cause")
    assert (send_waiting(), len(mailbox.taken)) == (1, 1)


def test_a_placeholder_without_a_value_is_an_error_where_it_is_queued() -> None:
    context = {name: value for name, value in BOOKING_CONFIRMED.samples.items() if name != "person"}
    with pytest.raises(KeyError, match="person"):
        send(BOOKING_CONFIRMED, to=UserFactory(), context=context, dedupe_key="one")


def test_a_refused_email_is_tried_again_with_back_off_and_the_same_message_id(mailbox: Mailbox) -> None:
    mailbox.refusals = ["451 try later", "451 try later"]
    queue()
    assert send_waiting() == 0
    row = Notification.objects.get()
    first_id = row.message_id
    assert (row.status, row.attempts, row.last_error) == (NotificationStatus.QUEUED, 1, "SMTPDataError")
    assert timedelta(seconds=29) < row.due_at - clock.now() <= timedelta(seconds=30)
    assert send_waiting() == 0  # not due yet
    with later(seconds=31):
        assert send_waiting() == 0
        row.refresh_from_db()
        assert timedelta(seconds=59) < row.due_at - clock.now() <= timedelta(seconds=60)
    with later(seconds=95):
        assert send_waiting() == 1
    row.refresh_from_db()
    assert (row.status, row.attempts, row.resent) == (NotificationStatus.SENT, 3, False)
    assert [mail["Message-ID"] for mail in mailbox.taken] == [first_id]


def test_a_mail_server_that_is_down_for_a_night_loses_nothing(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    queue()
    with time_machine.travel(clock.now(), tick=False) as clocks:
        for _ in range(12 * 60):
            send_waiting()
            clocks.shift(timedelta(minutes=1))
        row = Notification.objects.get()
        assert (row.status, row.last_error) == (NotificationStatus.QUEUED, "ConnectionRefusedError")
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        clocks.shift(timedelta(hours=1))
        assert send_waiting() == 1


def test_after_the_last_attempt_it_is_shown_as_failed_and_counted(mailbox: Mailbox) -> None:
    labels = {"template": "booking_confirmed", "outcome": "failed"}
    before = REGISTRY.get_sample_value("portal_notifications_total", labels) or 0
    row = queue()
    Notification.objects.update(attempts=MOST_ATTEMPTS - 1)
    mailbox.refusals = ["550 no such person"]
    assert send_waiting() == 0
    row.refresh_from_db()
    assert (row.status, row.last_error) == (NotificationStatus.FAILED, "SMTPDataError")
    assert REGISTRY.get_sample_value("portal_notifications_total", labels) == before + 1


def test_one_email_that_cannot_be_made_does_not_hold_up_the_others(mailbox: Mailbox) -> None:
    queue("broken")
    Notification.objects.update(template="nobody registers this")
    queue("fine")
    assert send_waiting() == 1
    assert [mail["To"] for mail in mailbox.taken] == ["fine@example.com"]


def test_a_crash_after_hand_over_leaves_it_unknown_and_it_is_resent_once(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue()
    crash_after_hand_over(monkeypatch)
    assert send_waiting() == 0  # still leased
    row.refresh_from_db()
    assert row.status == NotificationStatus.SENDING
    with later(seconds=LEASE.total_seconds() + 1):
        assert send_waiting(limit=1) == 0
        row.refresh_from_db()
        assert row.status == NotificationStatus.UNKNOWN
        assert [send_waiting(), send_waiting()] == [1, 0]
    row.refresh_from_db()
    assert (row.status, row.resent) == (NotificationStatus.SENT, True)
    assert [mail["Message-ID"] for mail in mailbox.taken] == [row.message_id] * 2


def test_a_second_crash_ends_in_failed_and_nothing_is_sent_a_third_time(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue()
    crash_after_hand_over(monkeypatch)
    with later(minutes=3):
        crash_after_hand_over(monkeypatch)
    with later(minutes=6):
        assert [send_waiting(), send_waiting()] == [0, 0]
    row.refresh_from_db()
    assert (row.status, len(mailbox.taken)) == (NotificationStatus.FAILED, 2)


def test_a_worker_that_overslept_its_lease_does_not_undo_what_another_did(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = queue()

    def sleep_while_another_sends(self: EmailMultiAlternatives, fail_silently: bool = False) -> int:
        monkeypatch.undo()
        with later(minutes=3):
            assert send_waiting() == 1  # the other worker: unknown, then resent
        raise ConnectionResetError

    monkeypatch.setattr(EmailMultiAlternatives, "send", sleep_while_another_sends)
    assert send_waiting(limit=1) == 0
    row.refresh_from_db()
    assert (row.status, row.resent) == (NotificationStatus.SENT, True)
    with later(days=1):
        assert send_waiting() == 0
    assert len(mailbox.taken) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_one_row_twice(mailbox: Mailbox) -> None:
    for index in range(30):
        queue(f"mail{index}")
    together = Barrier(2)

    def work(_: int) -> int:
        together.wait(10)
        try:
            return send_waiting()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        sent = list(pool.map(work, range(2)))
    assert (sum(sent), min(sent) > 0) == (30, True)
    assert sorted(mail["To"] for mail in mailbox.taken) == sorted(f"mail{i}@example.com" for i in range(30))


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_costs_no_email(
    mailbox: Mailbox, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The task is lost and counted; the row stays, and the sweep sends it."""
    settings.TASKS_ENABLED = True
    unreachable = Celery("unreachable", broker=f"redis://127.0.0.1:{free_port()}/0", set_as_current=False)
    lost = Event()
    count = task_queue.TASKS_NOT_QUEUED.inc  # type: ignore[attr-defined]
    monkeypatch.setattr(task_queue.TASKS_NOT_QUEUED, "inc", lambda: (count(), lost.set()))  # type: ignore[attr-defined]
    monkeypatch.setattr(task_queue, "current_app", unreachable)
    with transaction.atomic():
        queue()
    assert lost.wait(10)
    assert (send_waiting(), len(mailbox.taken)) == (1, 1)
