"""What counts, encrypts, installs, numbers, takes the last place and answers disputes does so on SQLite, too.

The same tests, run there: together, as a database of its own takes half a minute to migrate.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.services import ROOT

LIMITS: Final = "tests/unit/portal/security/test_limits.py"
SECRETS: Final = "tests/unit/portal/common/test_stored_secrets.py"
EVIDENCE: Final = "tests/unit/payments/evidence/test_sending.py"
AGAIN: Final = (
    f"{LIMITS}::test_the_third_of_two_is_too_many_until_the_time_is_over",
    f"{LIMITS}::test_one_limit_reached_is_enough_and_the_others_count_on",
    f"{LIMITS}::test_counting_is_one_statement",
    f"{LIMITS}::test_the_sweep_takes_what_is_over_in_batches",
    f"{SECRETS}::test_what_lies_in_clear_still_works_and_is_encrypted_once",
    f"{SECRETS}::test_a_new_key_takes_over_and_the_old_one_can_go",
    f"{SECRETS}::test_many_rows_are_rewritten_in_batches",
    f"{EVIDENCE}::test_only_what_is_released_goes_and_the_dispute_moves_on",
    f"{EVIDENCE}::test_a_second_click_and_a_second_person_submit_nothing_more",
    f"{EVIDENCE}::test_a_refusal_is_told_in_stripes_words_and_can_be_answered",
    "tests/unit/payments/test_disputes.py::test_the_net_loses_a_dispute_fee_in_the_fees_own_currency_alone",
    "tests/unit/payments/test_receipts.py::test_numbers_have_no_gap_when_a_payment_is_rolled_back",
    "tests/unit/home/test_past.py::test_they_are_narrowed_by_person_service_and_year",
    "tests/unit/home/test_bootstrap.py::test_every_step_runs_on_an_empty_database_and_none_again",
    "tests/integration/test_last_place.py::test_exactly_one_of_fifty_gets_the_last_place",
)


@pytest.mark.xdist_group("sqlite")
def test_the_same_on_sqlite(tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path / 'db.sqlite3'}", "BROKER_URL": "memory://"}
    environment.pop("PYTEST_XDIST_WORKER", None)
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "--reuse-db", *AGAIN],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout
