"""run-load-tests.sh against the whole stack, for a few seconds: it passes, and it fails when it must."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ops.load.limits import SCENARIOS
from ops.load.local import ledger_problems, load, now, prepare
from ops.stack.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.quiet]
EVENTS = 400  # k6 makes no report of a run shorter than two of its periods, of a second each
# Too short to time anything: errors and samples are what is judged here.
SHORT = ("--duration", "3s", "--vus", "3", "--think", "0.4")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("runs")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(tmp_path_factory.mktemp("stack"), web_workers=3, cdn=True) as running:
        yield running


@pytest.fixture(scope="module")
def fixture(stack: Stack) -> Path:
    return prepare(stack, EVENTS)


def run(stack: Stack, fixture: Path, out: Path, *arguments: str) -> tuple[int, str, dict[str, Any]]:
    """Status, what it printed, and the summary of a short run."""
    done = load(stack, fixture, *SHORT, "--out", str(out), *arguments, capture=True)
    latest = max(out.iterdir())
    return done.returncode, done.stdout + done.stderr, json.loads((latest / "summary.json").read_text())


def test_every_scenario_runs_and_meets_its_eased_limits(stack: Stack, fixture: Path, out: Path) -> None:
    since = now(stack)
    status, said, summary = run(stack, fixture, out, "--scenario", "all", "--ease", "40")
    assert (status, summary["problems"]) == (0, []), said
    assert {measurement["scenario"] for measurement in summary["figures"]} == set(SCENARIOS)
    pages = {path.name for path in max(out.iterdir()).glob("*.html")}
    assert pages == {"index.html", *(f"{name}.html" for name in SCENARIOS)}
    assert ledger_problems(stack, since) == []


def test_a_slow_stripe_fails_the_run_and_is_told_beside_the_run_before(stack: Stack, fixture: Path, out: Path) -> None:
    stack.sandbox.faults(api={"latency_ms": 1000})
    try:
        status, said, summary = run(stack, fixture, out, "--scenario", "booking", "--ease", "3")
    finally:
        stack.sandbox.calm()
    assert status == 1, said
    assert [told for told in summary["problems"] if told.startswith("booking: deposit_page p(95) is")]
    (row,) = [line for line in said.splitlines() if line.split()[:2] == ["booking", "deposit_page"]]
    assert row.endswith("FAILED")
    assert "%" in row


def changed(fixture: Path, tmp_path: Path, **fields: Any) -> Path:
    path = tmp_path / "fixture.json"
    path.write_text(json.dumps({**json.loads(fixture.read_text()), **fields}))
    return path


def test_one_user_whose_script_throws_fails_the_run(stack: Stack, fixture: Path, out: Path, tmp_path: Path) -> None:
    emails = ["nobody@example.com", "load-001@example.com", "load-002@example.com"]
    wrong = changed(fixture, tmp_path, caregivers=emails)
    status, said, summary = run(stack, wrong, out, "--scenario", "booking", "--ease", "10")
    assert status == 1, said
    assert [told for told in summary["problems"] if told.startswith("booking: booking_failed rate is 0.")]


def test_a_script_that_cannot_start_fails_the_run(stack: Stack, fixture: Path, out: Path, tmp_path: Path) -> None:
    wrong = changed(fixture, tmp_path, webhook={"path": "/", "secret": "", "events": os.devnull + "/none"})
    status, said, summary = run(stack, wrong, out, "--scenario", "webhooks")
    assert status == 1, said
    assert any(told.startswith("webhooks: k6 ended with 107") for told in summary["problems"])
