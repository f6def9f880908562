"""The demo's history compared with its Stripe: exactly what was planted is found, healed or left to finance."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from ops.demo.history import seed_history
from ops.demo.management.commands.seed_demo import seed
from ops.stripe_sandbox.history import History
from payments.domain.invariants import INVARIANTS, violations
from payments.domain.reconciliation import reconcile
from payments.enums import DiscrepancyStatus, Method, PaymentStatus, RunKind
from payments.models import Discrepancy, Dispute, Payment, ReconciliationRun
from portal.common import clock
from tests.unit.ops.stripe_sandbox.conftest import SECRET_KEY, running_sandbox

pytestmark = [pytest.mark.slow, pytest.mark.django_db]
HEALED = {"status_differs": 1, "refund_differs": 1, "dispute_missing": 1, "fee_missing": 1}
FOR_FINANCE = {"amount_differs": 1, "duplicate_charge": 1, "missing_at_stripe": 1, "unknown_charge": 1}
AT_BEAT = ((RunKind.EVENTS, timedelta(hours=3)), (RunKind.FULL, timedelta(days=31)))
ON_REQUEST = timedelta(days=183)


@pytest.fixture
def demo(tmp_path: Path, settings: Settings, db: None) -> Iterator[None]:
    seed()
    assert seed_history(History(tmp_path / "state.sqlite3")) > 800
    with running_sandbox("--state", str(tmp_path / "state.sqlite3")) as (url, _):
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = url, SECRET_KEY
        yield


def run(kind: RunKind, back: timedelta) -> ReconciliationRun:
    return reconcile(kind, clock.now() - back, clock.now(), heal_missed=True)


def beat() -> list[dict[str, int]]:
    return [run(kind, back).found for kind, back in AT_BEAT]


def test_beat_leaves_what_was_planted_and_the_first_comparison_finds_all_of_it(demo: None) -> None:
    assert beat() == [{}, {}]
    first = run(RunKind.FULL, ON_REQUEST)
    assert first.seen["intents"] == Payment.objects.filter(method=Method.STRIPE).count() + 1 > 1500
    assert (first.found, first.healed, first.failed) == (HEALED | FOR_FINANCE, HEALED, {})
    assert beat() == [{}, {}]
    again = run(RunKind.FULL, ON_REQUEST)
    assert (again.found, again.healed) == (FOR_FINANCE, {})
    left = Discrepancy.objects.filter(status=DiscrepancyStatus.OPEN)
    assert Counter(left.values_list("kind", flat=True)) == FOR_FINANCE
    assert violations(INVARIANTS) == []
    assert not Payment.objects.filter(status=PaymentStatus.PENDING).exists()
    assert sorted(Dispute.objects.values_list("status", flat=True)) == [
        "lost",
        "lost",
        "needs_response",
        "warning_closed",
        "warning_needs_response",
        "won",
    ]
