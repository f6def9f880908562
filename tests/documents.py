"""The commands of the operators' documents, block by block: ```sh is run by the tests, ```sh cloud is not."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.services import ROOT

FOLDERS: Final = ("operations/*.md", "performance/*.md", "runbooks/rotate-*.md")
OPERATORS: Final = sorted(file for pattern in FOLDERS for file in (ROOT / "docs").glob(pattern))
FENCE: Final = re.compile(r"^ *```([^\n]*)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
NO_COMMANDS: Final = ("mermaid", "json", "text")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block of commands."""

    document: Path
    number: int
    kind: str
    text: str

    def __str__(self) -> str:
        return f"{self.document.name}-{self.number}"

    @property
    def commands(self) -> list[str]:
        """Its lines, joined where a backslash says so, without remarks."""
        lines = self.text.replace("\\\n", " ").splitlines()
        return [command for line in lines if (command := re.sub(r"\s+#\s.*", "", line).strip())]

    @property
    def programs(self) -> list[str]:
        """The modules and scripts behind those commands that run for long: tests of their own start them."""
        return [program for command in self.commands if (program := _long_running(command))]


def blocks() -> list[Block]:
    """Every block of commands of the operators' documents."""
    return [
        Block(document, number, kind, text)
        for document in OPERATORS
        for number, (kind, text) in enumerate(FENCE.findall(document.read_text()), 1)
        if kind not in NO_COMMANDS
    ]


def _long_running(command: str) -> str:
    program = re.match(r"(?:bash )?(ops/\S+\.sh)|python -m (ops\.(?!deploy)[a-z_.]+)", command)
    if program:
        return program[1] or program[2]
    target = re.match(r"make ([a-z-]+)", command)
    return _behind(target[1]) if target else ""


def _behind(target: str) -> str:
    """The module or script that a make target ends in."""
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None, f"make {target}"
    found = re.findall(r"-m ([a-z_.]+)|(ops/\S+\.sh)", recipe[1])
    module, path = found[-1]
    return str(module or path)
