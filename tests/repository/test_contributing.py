"""What CONTRIBUTING and the Makefile promise a newcomer."""

import re
import subprocess

import pytest

from tests.services import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text()
ROWS = re.findall(r"^\| (.+?) \| (.+?) \| (\d+) \|$", TEXT, re.M)


def test_there_are_twenty_common_changes() -> None:
    assert len(ROWS) == 20


@pytest.mark.parametrize(("change", "where"), [row[:2] for row in ROWS])
def test_the_files_of_a_common_change_are_there(change: str, where: str) -> None:
    named = re.findall(r"`([\w./]+)`", where)
    missing = [name for name in named if "/" in name and not (ROOT / name).exists()]
    assert (bool(named), missing) == (True, [])


@pytest.mark.parametrize(
    ("change", "most"),
    [("a new email", 3), ("a filter of the payments listing", 2), ("a page type", 4), ("a KPI on existing data", 3)],
)
def test_a_common_change_touches_few_files(change: str, most: int) -> None:
    (files,) = [int(count) for name, _, count in ROWS if name == change]
    assert files <= most


def test_make_help_names_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.M)
    assert phony is not None
    told = subprocess.run(["make", "--silent", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert sorted(line.split()[0] for line in told.splitlines()) == sorted(phony.group(1).split())
