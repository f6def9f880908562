"""`python -m ops.load`, which run-load-tests.sh calls: run the scenarios, keep what they measured, and decide."""

import sys
from datetime import UTC, datetime
from pathlib import Path

from ops.load import k6, options, report
from ops.load.limits import measurements_of
from ops.load.verdict import Line, judged


def main() -> int:
    """0 when every limit is met, else 1."""
    asked = options.read()
    folder = _folder(asked.out)
    lines: list[Line] = []
    problems: list[str] = []
    for name in asked.scenarios:
        print(f"{name} ...", file=sys.stderr, flush=True)
        measurements = measurements_of(name, ways=asked.ways, ease=asked.ease)
        found, wrong = judged(name, k6.run(name, asked, measurements, folder), measurements, asked.ease)
        lines += found
        problems += wrong
    report.keep(folder, asked, lines, problems)
    print(report.table(report.rows(lines, report.before(folder))))
    print("", *(problems or ["Every limit is met."]), f"Report: {folder}/index.html", sep="\n")
    return 1 if problems else 0


def _folder(out: Path) -> Path:
    folder = out / datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    folder.mkdir(parents=True)
    return folder


if __name__ == "__main__":
    sys.exit(main())
