"""docs/security/asvs.md: every requirement has its row, and what a row names as evidence exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from tests.services import ROOT

PAGE: Final = ROOT / "docs/security/asvs.md"
ROW: Final = re.compile(r"^\| (V\d+\.\d+\.\d+) \| (\S+) \| (.+) \|$", re.M)
NODE: Final = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
LINK: Final = re.compile(r"\]\(([^)#]+)")
COMMAND: Final = re.compile(r"`make ([a-z-]+)`")
# How many requirements of levels 1 and 2 each chapter of the standard has.
REQUIREMENTS: Final = {
    "V1": 27,
    "V2": 11,
    "V3": 19,
    "V4": 10,
    "V5": 9,
    "V6": 35,
    "V7": 18,
    "V8": 7,
    "V9": 7,
    "V10": 29,
    "V11": 14,
    "V12": 9,
    "V13": 13,
    "V14": 9,
    "V15": 13,
    "V16": 16,
    "V17": 7,
}
ROWS: Final = ROW.findall(PAGE.read_text())


def test_each_requirement_has_one_row() -> None:
    assert Counter(number.split(".")[0] for number, _, _ in ROWS) == REQUIREMENTS
    assert len({number for number, _, _ in ROWS}) == len(ROWS) == 253


def test_the_sums_are_those_of_the_rows() -> None:
    by_status = Counter(status for _, status, _ in ROWS)
    said = re.search(r"^(\d+) met, (\d+) not applicable, (\d+) unmet\.$", PAGE.read_text(), re.M)
    assert said is not None
    assert [int(number) for number in said.groups()] == [by_status["met"], by_status["n/a"], by_status["unmet"]]
    assert set(by_status) == {"met", "n/a", "unmet"}


@cache
def functions(file: Path) -> frozenset[str]:
    return frozenset(node.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("number", "status", "text"), ROWS, ids=[row[0] for row in ROWS])
def test_what_a_row_names_exists(number: str, status: str, text: str) -> None:
    for file, name in NODE.findall(text):
        assert (ROOT / file).is_file(), file
        assert name in functions(ROOT / file), name
    for link in LINK.findall(text):
        assert (PAGE.parent / link).is_file(), link
    for target in COMMAND.findall(text):
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M), target
    for file in re.findall(r"`((?:portal|payments|ops|home|insights)/[\w/.]+)`", text):
        assert (ROOT / file).exists(), file


@pytest.mark.parametrize(("number", "status", "text"), ROWS, ids=[row[0] for row in ROWS])
def test_a_row_says_what_its_status_wants(number: str, status: str, text: str) -> None:
    named = NODE.search(text) or LINK.search(text) or COMMAND.search(text)
    if status == "unmet":
        assert "Risk:" in text
    elif status == "n/a":
        assert len(text) > 15
    else:
        assert named, "met by what?"
