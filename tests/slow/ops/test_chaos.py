"""A short experiment diverges nowhere; the same world, tampered with, does."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.chaos.evidence import acknowledged, collect
from ops.chaos.experiment import Experiment
from ops.chaos.oracle import judge
from ops.chaos.world import World

pytestmark = pytest.mark.slow

SECONDS = 8.0
TAMPERED = (
    "DELETE FROM payments_receivedevent WHERE id = (SELECT min(id) FROM payments_receivedevent)",
    "UPDATE payments_payment SET refunded_amount = refunded_amount + 1"
    " WHERE id = (SELECT min(id) FROM payments_payment WHERE status = 'succeeded')",
    "UPDATE bookings_session SET held = held + 1 WHERE id = (SELECT min(id) FROM bookings_session WHERE held = 0)",
    "DELETE FROM audit_auditevent WHERE sequence = 3",
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with World.stack_in(tmp_path) as stack:
        yield World(stack)


def test_nothing_diverges_until_the_ledger_is_tampered_with(world: World) -> None:
    experiment = Experiment(world, seed=1, seconds=SECONDS)
    outcome = experiment.run()
    assert (outcome.divergences, outcome.broken) == ([], [])
    assert outcome.figures["charges"] > 0
    assert outcome.figures["events acknowledged"] > 0

    before = acknowledged(world)
    for statement in TAMPERED:
        world.run(statement)
    findings = world.manage("audit_verify")["findings"]
    broken = [found["invariant"] for found in world.manage("check_invariants")["violations"]]
    after = acknowledged(world)
    seen = collect(world, after, outcome.log, broken, findings)

    assert before.acknowledged.keys() <= before.stored
    assert {divergence.check for divergence in judge(seen)} >= {
        "acknowledged_events_are_kept",
        "refunded_amounts_are_stripes",
        "no_place_is_sold_twice",
        "invariants_hold",
        "audit_trail_verifies",
    }
