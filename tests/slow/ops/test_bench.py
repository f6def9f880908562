"""The short form of every benchmark runs, is kept, and finds nothing badly wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ops.bench.__main__ import BENCHMARKS
from ops.stack.program import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.quiet]
REPORTED = {"ingest_vs_pgbench", "reconcile_local_vs_orm", "reconcile_local_peak_memory", "page_cached_vs_uncached"}


def test_the_short_form_meets_its_eased_goals(tmp_path: Path) -> None:
    var = Path(os.environ["VAR"]).resolve()
    (tmp_path / "test-postgres").symlink_to(var / "test-postgres")  # the migrated cluster is made once
    done = subprocess.run(
        [sys.executable, "-m", "ops.bench", "--quick"], cwd=ROOT, env={**os.environ, "VAR": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    kept = json.loads((tmp_path / "bench" / "quick.json").read_text())
    assert kept.keys() >= BENCHMARKS.keys() | REPORTED
    assert [name for name in BENCHMARKS if kept[name]["goal"] is None] == ["dashboard_1y_vs_naive"], "too few rows"
