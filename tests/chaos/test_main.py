"""The run ends with the first seed that diverges, and says how to see it again."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from ops.chaos import __main__ as main
from ops.chaos.experiment import Outcome
from ops.chaos.oracle import Divergence
from ops.chaos.plan import Step

CHARGED_TWICE = Divergence("nobody_is_charged_twice", "booking REF-1", "2 charges of its deposit stand at Stripe")


class NoWorld:
    """Nothing to start."""

    def __init__(self, stack: None) -> None:
        pass

    @staticmethod
    @contextmanager
    def stack_in(var: Path) -> Iterator[None]:
        yield


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs the command with arguments; the seeds that diverge are `bad`, those whose own machinery failed `broken`."""

    def run(*arguments: str, bad: tuple[int, ...] = (), broken: tuple[int, ...] = ()) -> int:
        class Experimented:
            def __init__(self, world: NoWorld, seed: int, seconds: float) -> None:
                self.outcome = Outcome(seed, [Step(1.5, "kill", {"program": "web"})], {"charges": 3})
                self.outcome.divergences = [CHARGED_TWICE] if seed in bad else []
                self.outcome.broken = ["staff: KeyError()"] if seed in broken else []

            def run(self) -> Outcome:
                return self.outcome

        monkeypatch.setattr(main, "World", NoWorld)
        monkeypatch.setattr(main, "Experiment", Experimented)
        monkeypatch.setenv("VAR", str(tmp_path))
        monkeypatch.setattr(sys, "argv", ["ops.chaos", *arguments])
        return main.main()

    return run


def test_seeds_that_diverge_nowhere_end_well_with_their_sums(run: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--seeds", "2") == 0
    assert capsys.readouterr().out.splitlines()[-1] == "2 seeds, 0 divergences: 6 charges"


def test_the_first_divergence_ends_the_run_and_names_its_seed(
    run: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run("--seeds", "3", bad=(2,)) == 1
    said = capsys.readouterr().out
    assert "seed 2: the plan\n    1.50 s  kill program=web\n" in said
    assert f"  {CHARGED_TWICE}\n" in said
    assert said.splitlines()[-1] == "again: python -m ops.chaos --seed 2"
    assert sorted(file.name for file in (tmp_path / "chaos").glob("*.json")) == ["seed-1.json", "seed-2.json"]
    kept = json.loads((tmp_path / "chaos" / "seed-2.json").read_text())
    assert (kept["plan"], len(kept["divergences"])) == (["  1.50 s  kill program=web"], 1)


def test_one_seed_is_replayed_alone(run: Any, tmp_path: Path) -> None:
    assert run("--seed", "7") == 0
    assert [file.name for file in (tmp_path / "chaos").glob("*.json")] == ["seed-7.json"]


def test_an_experiment_that_broke_itself_is_no_good_verdict(run: Any) -> None:
    assert run("--seed", "7", broken=(7,)) == 1


@pytest.mark.parametrize("arguments", [("--seeds", "0"), ("--seconds", "1"), ("--seed", "x")])
def test_nonsense_is_refused(run: Any, arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as refused:
        run(*arguments)
    assert refused.value.code == 2
