"""docs/operations/cdn-deployment.md says what the code says."""

import re

import pytest

from tests.slow.terraform.interface import TERRAFORM, items

DOCUMENT = (TERRAFORM.parents[1] / "docs" / "operations" / "cdn-deployment.md").read_text()
ALARMS = re.findall(r'^    "([\w-]+)" = \{$', (TERRAFORM / "modules/cdn/alarms.tf").read_text(), re.MULTILINE)


@pytest.mark.parametrize(
    "heading",
    [
        "Init",
        "Plan",
        "Apply",
        "Rollback",
        "Validation checklist",
        "Invalidation",
        "Cost monitoring",
        "Escalation",
        "Service levels",
    ],
)
def test_every_chapter_is_there(heading: str) -> None:
    assert f"\n## {heading}\n" in DOCUMENT


def test_the_service_levels_are_productions_thresholds() -> None:
    code = (TERRAFORM / "environments" / "production" / "cdn.tf").read_text()
    block = re.search(r"^  alarm_thresholds = \{\n(.*?)\n  \}", code, re.MULTILINE | re.DOTALL)
    assert block is not None
    thresholds = re.findall(r"^ +(\w+) += (\d+)$", block[1], re.MULTILINE)

    assert len(thresholds) == 5
    assert re.findall(r"`(\w+) = (\d+)`", DOCUMENT) == thresholds


def test_every_alarm_has_a_target_and_a_way_out() -> None:
    assert len(ALARMS) == 5
    assert [name for name in ALARMS if DOCUMENT.count(f"| `{name}` |") != 2] == []


def test_every_output_the_page_names_exists() -> None:
    outputs = {item.name for item in items(TERRAFORM / "environments" / "staging" / "outputs.tf", "output")}
    named = set(re.findall(r"output -raw (\w+)", DOCUMENT)) | set(re.findall(r"^\| `(\w+_\w+)` \|", DOCUMENT, re.M))

    assert {"cdn_host", "cdn_distribution_id", "publisher_policy_arn"} <= named
    assert named <= outputs


def test_every_command_block_says_whether_it_needs_an_account() -> None:
    fences = re.findall(r"^```(.*)$", DOCUMENT, re.MULTILINE)[::2]

    assert set(fences) == {"sh", "sh cloud"}
    for block in re.findall(r"^```sh\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL):
        assert "aws " not in block
        assert "terraform apply" not in block
