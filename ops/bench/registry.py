"""The benchmarks, in the order in which they run."""

from collections.abc import Callable, Iterator
from typing import Final

from ops.bench import ingest
from ops.bench.place import Place
from ops.bench.result import Result
from ops.bench.size import Size

Benchmark = Callable[[Place, Size], Iterator[Result]]

BENCHMARKS: Final[dict[str, Benchmark]] = {
    "ingest_vs_stock": ingest.at_once,  # and ingest_vs_pgbench
    "ingest_vs_stock_100ms": ingest.after_100ms,
}
