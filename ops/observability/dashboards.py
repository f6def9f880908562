"""`python -m ops.observability.dashboards [--check]`: writes the Grafana dashboards, or says they are out of step."""

import argparse
import sys
from typing import Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from ops.observability.boards import booking_funnel, service
from ops.observability.rules import HERE

FOLDER: Final = HERE / "grafana-dashboards"
DASHBOARDS: Final = {"booking-funnel.json": booking_funnel, "portal-service.json": service}


def main() -> int:
    """Write each dashboard, or with --check compare; 1 when one is out of step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, complain when out of step")
    check = parser.parse_args().check
    stale = []
    for name, build in DASHBOARDS.items():
        wanted = JSONEncoder(sort_keys=True, indent=2).encode(build().build()) + "\n"
        file = FOLDER / name
        if not check:
            file.write_text(wanted)
        elif not file.exists() or file.read_text() != wanted:
            stale.append(name)
    if stale:
        print(f"out of step: {', '.join(stale)}; run python -m ops.observability.dashboards", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
