"""`python -m ops.bench [--quick] [name ...]`: run, print a table, keep VAR/bench/latest.json, say by the exit code."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Final

from ops.bench import acknowledging, dashboard, ingest, pages, reconcile
from ops.bench.environment import BenchEnvironment
from ops.bench.result import FULL, QUICK, QUICK_SLACK, Result, Size
from ops.stack.program import var_folder

Benchmark = Callable[[BenchEnvironment, Size], Iterator[Result]]

BENCHMARKS: Final[dict[str, Benchmark]] = {
    "ingest_vs_stock": ingest.at_once,  # and ingest_vs_pgbench
    "ingest_vs_stock_100ms": ingest.after_100ms,
    "ack_p99_hang_vs_normal": acknowledging.hanging,
    "reconcile_local_vs_copy": reconcile.local,  # and reconcile_local_vs_orm, reconcile_local_peak_memory
    "reconcile_remote_vs_floor": reconcile.remote,
    "page_home_vs_bare": pages.front,  # and page_cached_vs_uncached
    "dashboard_1y_vs_naive": dashboard.figures,  # and the others of the dashboard, on the same big ledger
}


def main() -> int:
    """0 when every goal is met, 1 when one is missed."""
    options = _options()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    slack = QUICK_SLACK if options.quick else 1.0
    results = []
    for result in _run(options.names or list(BENCHMARKS), QUICK if options.quick else FULL):
        results.append(result)
        print(result.as_line(slack), flush=True)
    _keep(results, "quick.json" if options.quick else "latest.json")
    return 0 if all(result.is_met(slack) for result in results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"of {', '.join(BENCHMARKS)}; default: all")
    parser.add_argument("--quick", action="store_true", help="short runs, goals eased: only what is badly wrong")
    options = parser.parse_args()
    if unknown := set(options.names) - BENCHMARKS.keys():
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    return options


def _run(names: list[str], size: Size) -> Iterator[Result]:
    with BenchEnvironment() as place:
        for name in names:
            yield from BENCHMARKS[name](place, size)


def _keep(results: list[Result], name: str) -> None:
    """Add to the file: a run of some benchmarks leaves the others' figures as they are."""
    file = var_folder("bench") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(file.read_text()) if file.exists() else {}
    kept |= {result.name: result.as_json() for result in results}
    file.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    sys.exit(main())
