"""The benchmarks, in the order in which they run."""

from collections.abc import Callable, Iterator
from typing import Final

from ops.bench import acknowledging, dashboard, ingest, pages, reconcile_local, reconcile_remote
from ops.bench.place import Place
from ops.bench.result import Result
from ops.bench.size import Size

Benchmark = Callable[[Place, Size], Iterator[Result]]

BENCHMARKS: Final[dict[str, Benchmark]] = {
    "ingest_vs_stock": ingest.at_once,  # and ingest_vs_pgbench
    "ingest_vs_stock_100ms": ingest.after_100ms,
    "ack_p99_hang_vs_normal": acknowledging.hanging,
    "reconcile_local_vs_copy": reconcile_local.local,  # and reconcile_local_vs_orm, reconcile_local_peak_memory
    "reconcile_remote_vs_floor": reconcile_remote.remote,
    "page_home_vs_bare": pages.front,  # and page_cached_vs_uncached
    "dashboard_1y_vs_naive": dashboard.figures,  # and the others of the dashboard, on the same big ledger
}
