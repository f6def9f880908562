"""`python -m ops.load.local` (`make loadtest`): the whole stack of this machine under load, then a look at its ledger.

Options it does not know go to run-load-tests.sh.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from ops.stack.program import ROOT, var_folder
from ops.stack.stack import DATABASE, Stack

SCRIPT: Final = ROOT / "ops" / "load" / "run-load-tests.sh"
WEB_WORKERS: Final = 2 * (os.cpu_count() or 1) + 1  # gunicorn's own rule
NOT_APPLIED: Final = """SELECT ledger_state, count(*) FROM payments_receivedevent
    WHERE ledger_state <> 'applied' AND received_at >= '{since}' GROUP BY 1"""


def main() -> int:
    """0 when every limit is met and the ledger is whole."""
    parser = argparse.ArgumentParser(prog="python -m ops.load.local", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000, help="of the webhook burst (%(default)s)")
    parser.add_argument("--history", type=int, default=20_000, help="bookings of the years before (%(default)s)")
    own, passed_on = parser.parse_known_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    var = var_folder("loadtest")
    with Stack(var, web_workers=WEB_WORKERS, cdn=True) as stack:
        if own.history:
            stack.manage("seed_volume", "--bookings", str(own.history))
        since = now(stack)
        fixture = prepare(stack, own.events)
        usual = ["--scenario", "all", "--with-cdn", "--without-cdn"]
        status = load(stack, fixture, *usual, *passed_on).returncode
        wrong = ledger_problems(stack, since)
    print(*(wrong or ["The ledger is whole."]), sep="\n")
    return status or int(bool(wrong))


def prepare(stack: Stack, events: int) -> Path:
    """Fill the stack with what the scenarios need; returns the file that says it."""
    fixture = stack.var / "load" / "fixture.json"
    stack.python("-m", "ops.load.prepare", "--out", str(fixture), "--events", str(events))
    return fixture


def load(stack: Stack, fixture: Path, *arguments: str, capture: bool = False) -> "subprocess.CompletedProcess[str]":
    """Run the load tests against the stack."""
    command = [str(SCRIPT), "--url", stack.portal, "--fixture", str(fixture), *arguments]
    return subprocess.run(command, capture_output=capture, text=True)


def now(stack: Stack) -> str:
    """The database's time."""
    return str(stack.postgres.execute(DATABASE, "SELECT now()")[0][0])


def ledger_problems(stack: Stack, since: str) -> list[str]:
    """Events received since then that did not come through, and broken rules of the ledger."""
    rows = stack.postgres.execute(DATABASE, NOT_APPLIED.format(since=since))
    told = [f"{count} events are {state}" for state, count in rows]
    checked = stack.manage("check_invariants", "--json", check=False)
    return told + ([f"check_invariants: {json.loads(checked.stdout)}"] if checked.returncode else [])


if __name__ == "__main__":
    sys.exit(main())
