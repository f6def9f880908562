"""What would break the release before, while that still answers, is found in a migration."""

import pytest

from ops.deploy.lint_migrations import EXCEPTIONS, has_unsafe

pytestmark = pytest.mark.slow


@pytest.mark.django_db(transaction=True)  # an index is not made concurrently within one
def test_a_dropped_table_is_found_and_nothing_else_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert has_unsafe(ignoring=()) is True
    said = capsys.readouterr().out
    assert "(payments, 0005_staging_lease)... ERR" in said
    assert said.count("... ERR") == len(EXCEPTIONS)
    assert "DROPPING table (table: payments_stagedintent)" in said
