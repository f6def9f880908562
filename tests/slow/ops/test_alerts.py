"""Each alert fires and stays quiet as its test says, by promtool, and a wrong threshold is found by those tests."""

from pathlib import Path

import pytest

from ops.observability.rules import RULES
from tests.unit.ops.observability.test_rules import TESTS, promtool

pytestmark = pytest.mark.slow


def test_every_alert_fires_and_stays_quiet_as_its_test_says() -> None:
    done = promtool("test", "rules", TESTS)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_changed_threshold_makes_the_tests_fail(tmp_path: Path) -> None:
    (tmp_path / RULES.name).write_text(RULES.read_text().replace("> 0.3 and", "> 0.9 and"))
    (tmp_path / TESTS.name).write_text(TESTS.read_text())
    assert promtool("test", "rules", tmp_path / TESTS.name).returncode != 0
