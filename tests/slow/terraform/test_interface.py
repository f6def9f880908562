"""Every input and output is described, and each module's README says what its code says."""

from pathlib import Path

import pytest

from tests.slow.terraform.interface import MODULES, TERRAFORM, items, tables

ENVIRONMENTS = sorted(path.parent for path in (TERRAFORM / "environments").glob("*/variables.tf"))


def test_the_modules_and_environments_are_the_ones_we_know() -> None:
    assert [module.name for module in MODULES] == ["alerts", "cdn", "certificate", "private_bucket"]
    assert [environment.name for environment in ENVIRONMENTS] == ["production", "staging"]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_the_readme_lists_the_inputs_and_outputs_as_they_are(module: Path) -> None:
    assert (module / "README.md").read_text().endswith(tables(module))


@pytest.mark.parametrize("folder", [*MODULES, *ENVIRONMENTS], ids=lambda folder: folder.name)
def test_every_input_and_output_is_described(folder: Path) -> None:
    blocks = items(folder / "variables.tf", "variable") + items(folder / "outputs.tf", "output")

    assert blocks
    assert [item.name for item in blocks if not item.description.endswith(".")] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_every_input_that_can_be_wrong_is_validated(module: Path) -> None:
    unchecked = [item.name for item in items(module / "variables.tf", "variable") if not item.validated]

    assert unchecked == (["force_destroy"] if module.name == "private_bucket" else []), "a bool cannot be wrong"


def test_both_environments_have_the_same_inputs_and_outputs() -> None:
    production, staging = ENVIRONMENTS

    for file, kind in (("variables.tf", "variable"), ("outputs.tf", "output")):
        assert items(production / file, kind) == items(staging / file, kind)
