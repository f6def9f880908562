"""The document on anomalies states what is measured, in several made-up years of portals of three sizes."""

import subprocess
import sys

import pytest

from tests.services import ROOT

pytestmark = pytest.mark.slow


def test_the_document_has_the_figures_that_are_measured_and_the_promise_is_kept() -> None:
    done = subprocess.run([sys.executable, "-m", "ops.anomalies"], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert done.stdout.strip() in (ROOT / "docs/analytics/anomalies.md").read_text()
