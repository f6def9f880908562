"""Celery's payment work: thin. Beat runs each of these too, for tasks that were lost."""

from contextlib import suppress
from datetime import timedelta

from celery import shared_task

from payments import mirror, mirror_check
from payments.domain import events, evidence, receipts, release, reminders, retention, session_changes
from payments.domain.invariants import check as invariants
from payments.domain.reconciliation import AlreadyRunning, digest, reconcile
from payments.domain.refunds import send
from payments.enums import RunKind
from payments.payment_page import check
from portal.common import clock
from portal.common.task_queue import enqueue_now

ROUNDS = 50


@shared_task(name="payments.tasks.process_inbox")
def process_inbox() -> int:
    """Apply received events until none is due; then have them mirrored."""
    total = 0
    for _ in range(ROUNDS):
        done = events.process_inbox()
        total += done
        if not done:
            break
    else:
        enqueue_now("payments.tasks.process_inbox")
    if total:
        enqueue_now("payments.tasks.mirror_inbox")
    return total


@shared_task(name="payments.tasks.mirror_inbox", rate_limit="20/s")
def mirror_inbox() -> int:
    """Feed dj-stripe's tables, a batch at a time; in a burst of events the ledger goes first."""
    if events.is_behind():
        return 0
    done = mirror.mirror_inbox()
    if done:
        enqueue_now("payments.tasks.mirror_inbox")
    return done


@shared_task(name="payments.tasks.send_refunds")
def send_refunds() -> int:
    """Send refunds that are due."""
    return send.send_refunds()


@shared_task(name="payments.tasks.send_evidence")
def send_evidence() -> int:
    """Send answers to disputes that are due."""
    return evidence.send_evidence()


@shared_task(name="payments.tasks.expire_holds")
def expire_holds() -> int:
    """Release places whose time to pay is over; asks Stripe first."""
    return release.expire_holds() + release.close_stray_payments()


@shared_task(name="payments.tasks.remind_of_ending_holds")
def remind_of_ending_holds() -> int:
    """Tell caregivers that the time to pay is nearly over."""
    return reminders.remind_of_ending_holds()


@shared_task(name="payments.tasks.trim_payloads")
def trim_payloads() -> int:
    """Empty the payloads of old events."""
    return retention.trim_payloads()


@shared_task(name="payments.tasks.check_invariants")
def check_invariants() -> int:
    """Check what must be true of the ledger; what is not is logged and counted."""
    receipts.issue_missing_receipts()
    return invariants.check_invariants()


@shared_task(name="payments.tasks.check_payment_page")
def check_payment_page() -> int:
    """Compare the payment page with what is approved; returns how many differences there are."""
    return len(check.check_payment_page().differences)


@shared_task(name="payments.tasks.remind_of_sessions")
def remind_of_sessions() -> int:
    """Tell caregivers of tomorrow's sessions."""
    return reminders.remind_of_sessions()


@shared_task(name="payments.tasks.process_session_changes")
def process_session_changes() -> int:
    """Refund and email everybody who booked a session that staff cancelled or moved."""
    return session_changes.process_session_changes()


@shared_task(name="payments.tasks.see_to_session_changes")
def see_to_session_changes() -> int:
    """The old name of `process_session_changes`, for tasks queued before the upgrade; goes with the next release."""
    return session_changes.process_session_changes()


@shared_task(name="payments.tasks.catch_up_events")
def catch_up_events() -> None:
    """Fetch the events of the last hours that never arrived."""
    _reconcile(RunKind.EVENTS, timedelta(hours=3))


@shared_task(name="payments.tasks.reconcile")
def reconcile_nightly() -> None:
    """Compare a month with Stripe."""
    _reconcile(RunKind.FULL, timedelta(days=31))


@shared_task(name="payments.tasks.reconcile_half_year")
def reconcile_half_year() -> None:
    """Compare half a year with Stripe, as staff ask for it: most refunds and disputes come within it."""
    _reconcile(RunKind.FULL, timedelta(days=183))


@shared_task(name="payments.tasks.compare_mirror")
def compare_mirror() -> dict[str, int]:
    """Compare dj-stripe's tables with Stripe, and mirror again what differs."""
    return dict(mirror_check.compare())


@shared_task(name="payments.tasks.tell_of_discrepancies")
def tell_of_discrepancies() -> int:
    """Tell finance what is open."""
    return digest.notify_finance()


def _reconcile(kind: RunKind, back: timedelta) -> None:
    until = clock.now()
    with suppress(AlreadyRunning):  # the other one does this one's work
        reconcile(kind, until - back, until, heal_missed=True)
