"""`python -m ops.chaos --seeds N`: experiments with seeds 1 to N; `--seed S` replays one. Logs lie in VAR/chaos."""

import argparse
import json
import signal
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ops.chaos.experiment import Experiment, Outcome
from ops.chaos.world import World
from ops.stack.program import var_folder

SECONDS = 30.0


def main() -> int:
    """0 when no seed diverged; 1 with the first that did."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    var = var_folder("chaos")
    seeds = [options.seed] if options.seed is not None else range(1, options.seeds + 1)
    try:
        return _run(seeds, options.seconds, var)
    except KeyboardInterrupt:
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, metavar="N", help="how many seeds, from 1 on; 20 by default")
    parser.add_argument("--seed", type=int, metavar="S", help="only this one, as it was")
    parser.add_argument("--seconds", type=float, default=SECONDS, metavar="T", help="of load for each seed")
    options = parser.parse_args()
    if options.seeds < 1 or not 5 <= options.seconds <= 600:
        parser.error("at least one seed, and between 5 and 600 seconds of load")
    return options


def _run(seeds: Iterable[int], seconds: float, var: Path) -> int:
    var.mkdir(parents=True, exist_ok=True)
    done, total = 0, Counter[str]()
    with World.stack_in(var / "stack") as stack:
        world = World(stack)
        for seed in seeds:
            outcome = Experiment(world, seed, seconds).run()
            (var / f"seed-{seed}.json").write_text(json.dumps(outcome.as_json(), indent=1, default=str) + "\n")
            total.update(outcome.figures)
            done += 1
            print(_line(outcome), flush=True)
            if not outcome.is_good:
                _explain(outcome, var)
                return 1
    print(f"{done} seeds, 0 divergences: {_words(total)}")
    return 0


def _line(outcome: Outcome) -> str:
    verdict = "good" if outcome.is_good else f"{len(outcome.divergences)} DIVERGENCES"
    took = sum(outcome.seconds.values())
    return f"seed {outcome.seed:>4}  {verdict}  {took:3.0f} s  {_words(outcome.figures)}"


def _words(figures: "Counter[str] | dict[str, int]") -> str:
    return ", ".join(f"{count} {name}" for name, count in figures.items())


def _explain(outcome: Outcome, var: Path) -> None:
    print(f"\nseed {outcome.seed}: the plan")
    for step in outcome.steps:
        print(f"  {step}")
    print("what diverged")
    for finding in [*outcome.divergences, *outcome.broken]:
        print(f"  {finding}")
    print(f"what happened: {var / f'seed-{outcome.seed}.json'}; what the portal said: {var / 'stack' / 'logs'}")
    print(f"again: python -m ops.chaos --seed {outcome.seed}")


if __name__ == "__main__":
    sys.exit(main())
