"""Every command of docs/operations and docs/performance is run by a test, or says that it needs an account."""

from pathlib import Path

import pytest

from tests.documents import Block, blocks
from tests.services import ROOT

BLOCKS = blocks()
TESTS = "\n".join(file.read_text() for file in (ROOT / "tests").rglob("*.py") if file.name != "documents.py")


def test_there_are_blocks_of_both_kinds() -> None:
    assert {block.kind for block in BLOCKS} == {"sh", "sh cloud"}


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_a_block_is_marked_as_run_or_as_needing_an_account(block: Block) -> None:
    assert block.kind in ("sh", "sh cloud"), block.text
    needs_a_server = any(word in block.text for word in ("systemctl", "runuser", "aws ", "/srv/portal", "example.org/"))
    assert block.kind == "sh cloud" or not needs_a_server, block.text


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.kind == "sh" and block.programs], ids=str)
def test_what_runs_for_long_is_started_by_a_test_of_its_own(block: Block) -> None:
    """The others are run as they stand by tests/slow/ops/test_operators_commands.py."""
    assert len(block.programs) == len(block.commands), "a block has either kind of command"
    assert [program for program in block.programs if Path(program).name not in TESTS] == []
