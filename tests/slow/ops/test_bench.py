"""The short form of every benchmark runs, is kept, and finds nothing badly wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.bench.registry import BENCHMARKS
from ops.stack.program import ROOT

pytestmark = pytest.mark.slow


def test_the_short_form_meets_its_eased_goals(tmp_path: Path) -> None:
    var = Path(os.environ["VAR"]).resolve()
    (tmp_path / "test-postgres").symlink_to(var / "test-postgres")  # the migrated cluster is made once
    done = subprocess.run(
        [sys.executable, "-m", "ops.bench", "--quick"], cwd=ROOT, env={**os.environ, "VAR": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    assert json.loads((tmp_path / "bench" / "quick.json").read_text()).keys() >= BENCHMARKS.keys()
