"""Every migration of ours may run while the release before it is still answering, or says why it need not."""

import pytest

from ops.deploy.lint_migrations import EXCEPTIONS, has_unsafe
from tests.services import ROOT


def test_an_exception_names_a_migration_and_a_reason() -> None:
    names = {file.stem for depth in ("*", "*/*") for file in ROOT.glob(f"{depth}/migrations/*.py")}
    assert set(EXCEPTIONS) <= names
    assert all(len(reason) > 40 for reason in EXCEPTIONS.values())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)  # an index is not made concurrently within one
def test_a_dropped_table_is_found_and_nothing_else_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert has_unsafe(ignoring=()) is True
    said = capsys.readouterr().out
    assert "(payments, 0005_staging_lease)... ERR" in said
    assert said.count("... ERR") == len(EXCEPTIONS)
    assert "DROPPING table (table: payments_stagedintent)" in said
