"""Reads a Terraform module's inputs and outputs, and writes the tables its README has to hold."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

TERRAFORM = Path(__file__).parents[3] / "ops" / "terraform"
MODULES = sorted(path.parent for path in (TERRAFORM / "modules").glob("*/variables.tf"))


@dataclass(frozen=True)
class Item:
    """One variable or output; ``default`` is the code of the default, None when there is none."""

    name: str
    description: str
    default: str | None
    validated: bool


def items(path: Path, kind: str) -> list[Item]:
    """The ``variable`` or ``output`` blocks of a file, in order."""
    blocks = re.findall(rf'^{kind} "(\w+)" {{\n(.*?)\n}}$', path.read_text(), re.MULTILINE | re.DOTALL)
    return [_item(name, body) for name, body in blocks]


def _item(name: str, body: str) -> Item:
    described = re.search(r'^  description = (".*")$', body, re.MULTILINE)
    default = re.search(r"^  default\s+= (.*)$", body, re.MULTILINE)
    return Item(
        name=name,
        description=json.loads(described[1]) if described else "",
        default=default[1] if default else None,
        validated="  validation {" in body,
    )


def tables(module: Path) -> str:
    """The README's sections ``Inputs`` and ``Outputs``."""
    inputs = [
        f"| `{item.name}` | {item.description} | {f'`{item.default}`' if item.default else 'required'} |"
        for item in items(module / "variables.tf", "variable")
    ]
    outputs = [f"| `{item.name}` | {item.description} |" for item in items(module / "outputs.tf", "output")]
    lines = ["## Inputs", "", "| name | what | default |", "|---|---|---|", *inputs, ""]
    lines += ["## Outputs", "", "| name | what |", "|---|---|", *outputs, ""]
    return "\n".join(lines)
