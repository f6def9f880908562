"""ops/terraform/check.sh is green on the code as it is, and each of its parts can fail."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.slow.terraform.interface import TERRAFORM

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]
PROJECT = TERRAFORM.parents[1]
STATE = PROJECT / os.environ.get("VAR", "var")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of ops/terraform that may be spoilt."""
    shutil.copytree(TERRAFORM, tmp_path / "ops" / "terraform")
    return tmp_path / "ops" / "terraform"


def check(terraform: Path, *parts: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "VAR": str(STATE)}
    line = [str(terraform / "check.sh"), *parts]
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=900, check=False)


def spoil(path: Path, good: str, bad: str) -> None:
    text = path.read_text()
    assert good in text
    path.write_text(text.replace(good, bad))


def test_format_validity_mock_tests_and_policy_scan_are_green() -> None:
    done = check(TERRAFORM)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("Success! The configuration is valid.") == 2
    assert re.search(r"^Success! \d+ passed, 0 failed\.$", done.stdout, re.MULTILINE)
    assert re.search(r"Passed checks: [1-9]\d*, Failed checks: 0", done.stdout)


def test_code_out_of_format_is_refused(copy: Path) -> None:
    spoil(copy / "modules/cdn/signing.tf", "  items   =", "  items =")

    done = check(copy, "format")

    assert done.returncode != 0
    assert "+  items   =" in done.stdout


def test_code_that_names_what_is_not_there_is_refused(copy: Path) -> None:
    spoil(copy / "environments/staging/cdn.tf", "module.certificate.certificate_arn", "module.certificate.arn")

    done = check(copy, "validate")

    assert done.returncode != 0
    assert "Unsupported attribute" in done.stderr


def test_a_behaviour_that_loses_its_signature_is_caught(copy: Path) -> None:
    key_groups = "    trusted_key_groups         = [aws_cloudfront_key_group.signers.id]\n"
    spoil(copy / "modules/cdn/distribution.tf", key_groups, "")
    (copy / "modules/cdn/tests/validation.tftest.hcl").unlink()  # about other things, and takes as long again

    done = check(copy, "mocks")

    assert done.returncode != 0
    assert "/media/signed/* must trust the key group." in done.stdout + done.stderr


def test_a_weaker_tls_is_caught_by_the_policy_scan(copy: Path) -> None:
    spoil(copy / "modules/cdn/distribution.tf", "TLSv1.2_2021", "TLSv1")

    done = check(copy, "policy")

    assert done.returncode != 0
    assert "CKV_AWS_174" in done.stdout


def test_a_part_that_does_not_exist_is_refused() -> None:
    done = check(TERRAFORM, "luck")

    assert (done.returncode, done.stderr) == (1, "There is no part luck: try format, validate, mocks or policy.\n")
