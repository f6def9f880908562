"""What somebody reads who gives the module a wrong value."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.slow.terraform.interface import TERRAFORM

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terraform")]
WRONG_VALUES = {
    "certificate": (
        'acm_certificate_arn = "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"',
        "acm_certificate_arn must be the ARN of an ACM certificate in us-east-1, the only region CloudFront reads "
        "certificates from.",
    ),
    "price_class": (
        'price_class = "PriceClass_Cheap"',
        "price_class must be PriceClass_100, PriceClass_200 or PriceClass_All.",
    ),
    "threshold": (
        "alarm_thresholds = { error_rate_5xx_percent = 140 }",
        "Each percentage in alarm_thresholds must lie between 0 and 100, both excluded: at the ends an alarm could "
        "never ring or never stop.",
    ),
}
RUN = 'run "wrong" {\n  command = plan\n\n  variables {\n    %s\n  }\n}\n'


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The words of one ``terraform test`` over every wrong value, line breaks taken out."""
    work: Path = tmp_path_factory.mktemp("refusals")
    module = work / "module"
    shutil.copytree(TERRAFORM / "modules" / "cdn", module)
    header = (module / "tests" / "validation.tftest.hcl").read_text().partition('run "')[0]
    shutil.rmtree(module / "tests")
    (module / "tests").mkdir()
    for name, (assignment, _) in WRONG_VALUES.items():
        (module / "tests" / f"{name}.tftest.hcl").write_text(header + RUN % assignment)
    script = (
        '. "$1/lib/common.sh"; use_provider_mirror "$2"; cd "$2/module"; '
        "terraform init -backend=false -input=false -no-color && terraform test -no-color"
    )
    line = ["bash", "-c", script, "refusals", str(TERRAFORM), str(work)]
    done = subprocess.run(line, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 1
    return re.sub(r"\s+", " ", done.stdout + done.stderr)


@pytest.mark.parametrize("name", WRONG_VALUES)
def test_a_wrong_value_is_refused_with_a_sentence(output: str, name: str) -> None:
    assert WRONG_VALUES[name][1] in output
