"""`manage.py reconcile` at a terminal and in a script: a bar, one result, and an exit code that can be trusted."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from payments.domain.checkout import open_checkout
from payments.enums import PaymentStatus, RunKind, RunState
from payments.gateway.base import GatewayUnreachable
from payments.models import Dispute, Payment, ReconciliationRun, Refund
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.unit.payments.differences import stranger

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def called(*arguments: str, stderr: StringIO | None = None) -> str:
    """What it prints. Raises CommandError when it does not exit with 0."""
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


def paid_unheard(stripe: FakeGateway) -> Payment:
    payment = open_checkout(BookingFactory()).payment
    stripe.pay(str(payment.intent_id))
    return payment


def test_a_clean_ledger_exits_with_0_and_says_what_was_compared(stripe: FakeGateway) -> None:
    open_checkout(BookingFactory())
    assert called() == "compared 1 objects at Stripe\n0 discrepancies are open\n"
    report = json.loads(called("--json"))
    assert report == {
        "run": ReconciliationRun.objects.first().pk, "seen": {"intents": 1, "refunds": 0, "disputes": 0},  # type: ignore[union-attr]
        "found": {}, "healed": {}, "failed": {}, "open": 0,
    }  # fmt: skip


def test_what_is_healed_exits_with_0(stripe: FakeGateway) -> None:
    payment = paid_unheard(stripe)
    assert "status_differs: 1 found, 1 healed\n0 discrepancies are open" in called("--heal")
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


def test_without_heal_the_difference_is_left_open_and_exits_with_1(stripe: FakeGateway) -> None:
    payment = paid_unheard(stripe)
    with pytest.raises(CommandError, match="1 discrepancies are open") as refused:
        called()
    payment.refresh_from_db()
    assert (refused.value.returncode, payment.status) == (1, PaymentStatus.PENDING)


def test_since_and_until_are_days_or_moments_in_utc(stripe: FakeGateway) -> None:
    called("--since", "2026-11-01", "--until", "2026-11-02T09:30")
    run = ReconciliationRun.objects.get()
    assert f"{run.since + run.OVERLAP:%Y-%m-%d %H:%M} {run.until - run.OVERLAP:%Y-%m-%d %H:%M}" == (
        "2026-11-01 00:00 2026-11-02 09:30"
    )


def test_at_a_terminal_a_bar_grows_to_its_end(stripe: FakeGateway) -> None:
    paid_unheard(stripe)
    terminal = Terminal()
    called("--heal", stderr=terminal)
    shown = [line.rstrip() for line in terminal.getvalue().split("\r") if "%" in line]
    shares = [int(line.partition("]")[2].partition("%")[0]) for line in shown if "events" not in line]
    assert shares == sorted(shares)
    assert "[                    ]   0% 1 staged intents read" in shown
    assert shown[-1] == "[####################] 100% done"
    assert terminal.getvalue().endswith("\n")


def test_in_a_log_there_is_no_bar(stripe: FakeGateway) -> None:
    log = StringIO()
    called(stderr=log)
    assert log.getvalue() == ""


def test_a_second_run_is_refused_while_one_is_under_way(stripe: FakeGateway) -> None:
    now = clock.now()
    ReconciliationRun.objects.create(kind=RunKind.FULL, since=now - timedelta(hours=1), until=now)
    with pytest.raises(CommandError, match="Another reconciliation is running"):
        called()


def test_when_stripe_does_not_answer_it_says_so_and_nothing_is_lost(
    stripe: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.gateway.retry.FIRST_WAIT", 0.001)
    payment = paid_unheard(stripe)
    stripe.fail_next = [GatewayUnreachable("timeout")] * 20
    with pytest.raises(CommandError, match=r"Stripe did not answer \(timeout\). Nothing is lost: run it again."):
        called()
    assert ReconciliationRun.objects.get().state == RunState.INTERRUPTED
    stripe.fail_next = []
    called("--heal")
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.SUCCEEDED


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", ""], "--since must be a day or a moment"),
        (["--since", "2026-11-31"], "--since must be a day or a moment"),
        (["--until", "soon"], "--until must be a day or a moment"),
        (["--since", "2026-11-02T10:00", "--until", "2026-11-02T10:00"], "must be before"),
        (["--since", "9999-12-31"], "--since must lie between 2011-01-01 and tomorrow"),
        (["--until", "0001-01-01"], "--until must lie between"),
        (["--days", "3"], "unrecognized arguments: --days 3"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_runs(
    stripe: FakeGateway, arguments: list[str], complaint: str
) -> None:
    with pytest.raises(CommandError, match=complaint):
        called(*arguments)
    assert not ReconciliationRun.objects.exists()


def test_the_command_says_what_it_found(stripe: FakeGateway) -> None:
    stranger(stripe)
    out = StringIO()
    with pytest.raises(CommandError, match="1 discrepancies are open"):
        call_command("reconcile", "--heal", "--json", stdout=out)
    report = json.loads(out.getvalue())
    assert (report["found"], report["healed"], report["open"]) == ({"unknown_charge": 1}, {}, 1)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--since", "yesterday"], "--since must be a day or a moment"),
        (["--until", "2026-13-01"], "--until must be a day or a moment"),
        (["--since", "2026-11-02", "--until", "2026-11-01"], "must be before"),
    ],
)
def test_bad_input_is_refused_with_a_sentence(stripe: FakeGateway, arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        call_command("reconcile", *arguments)
    assert not ReconciliationRun.objects.exists()
    assert not Dispute.objects.exists()
    assert not Refund.objects.exists()
