"""The whole way against the local AWS: apply from nothing, converge, destroy."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.slow.terraform.interface import TERRAFORM

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]
SCRIPT = TERRAFORM / "terraform-cycle.sh"


def test_staging_is_applied_converges_and_is_destroyed(tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in TERRAFORM.rglob("*.tf*")}
    environment = {**os.environ, "TMPDIR": str(tmp_path)}

    done = subprocess.run([SCRIPT], env=environment, capture_output=True, text=True, timeout=1200, check=False)

    assert done.returncode == 0, done.stderr
    match = re.fullmatch(r"(\d+) added, second plan empty, (\d+) destroyed\n", done.stdout)
    assert match is not None, done.stdout
    assert match[1] == match[2] == "46"
    assert list(tmp_path.iterdir()) == [], "the work folder is removed"
    assert {path: path.stat().st_mtime_ns for path in TERRAFORM.rglob("*.tf*")} == before, "the tree is untouched"


def test_an_environment_that_does_not_exist_is_refused() -> None:
    done = subprocess.run([SCRIPT, "moon"], capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (1, "There is no environment moon: try staging or production.\n")
