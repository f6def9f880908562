"""What takes longer lies in the folders that `make test-slow` reads."""

import re

from tests.services import ROOT


def test_every_slow_test_is_run() -> None:
    [folders] = re.findall(r"^SLOW := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    marked = {file for file in (ROOT / "tests").rglob("test_*.py") if "pytest.mark.slow" in file.read_text()}
    read = {file for folder in folders.split() for file in (ROOT / folder).rglob("test_*.py")}
    assert len(marked) > 20
    assert marked - read == {ROOT / "tests/repository/test_slow_tests.py"}
