"""Every migration of ours may run while the release before it is still answering, or says why it need not."""

from ops.deploy.lint_migrations import EXCEPTIONS
from tests.services import ROOT


def test_an_exception_names_a_migration_and_a_reason() -> None:
    names = {file.stem for depth in ("*", "*/*") for file in ROOT.glob(f"{depth}/migrations/*.py")}
    assert set(EXCEPTIONS) <= names
    assert all(len(reason) > 40 for reason in EXCEPTIONS.values())
