"""The running stack's own beat and worker keep the roll-ups a few seconds behind the bookings."""

import json
from pathlib import Path

import pytest

from ops.stack.program import until
from ops.stack.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.quiet]
BEHIND = 5  # seconds: the promise


def rolled_up(stack: Stack) -> bool:
    return stack.postgres.execute("portal", "SELECT count(read_to) FROM insights_cursor") == [(1,)]


def test_a_booking_is_in_the_roll_ups_within_seconds(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        until(lambda: rolled_up(stack), "the first roll-ups", 120)
        done = stack.python("-m", "ops.stack.call", "ops.bench.writes:lags", "3")
        stack.manage("rebuild_rollups", "--verify")
    lags = sorted(json.loads(done.stdout.splitlines()[-1]))
    assert lags[1] <= BEHIND, lags  # the machine of a test may hesitate once; `make bench` holds the longest to it
