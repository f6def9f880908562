"""Reconciling many intents without the network: beside raw COPY and one FULL JOIN, and beside a loop over rows."""

from collections.abc import Iterator
from statistics import median

from ops.bench.place import Place
from ops.bench.result import Result, at_least, at_most
from ops.bench.rounds import median_ratio, medians, pairs
from ops.bench.size import Size

COMPARE = "ops.bench.local.compare"


def local(place: Place, size: Size) -> Iterator[Result]:
    """Staging and comparing; exactly the planted differences must be found, or the run fails."""
    count, rows = size.local_intents, size.looped_rows
    with place.database("bench_local") as database:
        environment = place.environment(database)
        peaks: list[tuple[float, float]] = []

        def compared(what: str) -> float:
            done = place.child(COMPARE, what, str(count), str(rows), env=environment)
            if what == "ours":
                peaks.append((done["peak_mb"], done["before_mb"]))
            return float(done["seconds"])

        place.child(COMPARE, "fill", str(count), env=environment)
        measured = pairs(lambda: compared("ours"), lambda: compared("copy"), size.rounds)
        mine, theirs = medians(measured)
        note = f"s for {count:,} intents, raw COPY and one FULL JOIN"
        yield Result("reconcile_local_vs_copy", median_ratio(measured), mine, theirs, note, at_most(3))
        looped = median(compared("loop") for _ in range(min(size.rounds, 3))) * count / rows
        note = f"s for {count:,} intents, a loop of the ORM reckoned up from {rows:,} rows"
        yield Result("reconcile_local_vs_orm", looped / mine, mine, looped, note, at_least(50))
        peak, before = max(peaks)
        note = "MB of the process at its highest, before it began"
        yield Result("reconcile_local_peak_memory", peak, peak, before, note, at_most(500), unit="MB")
