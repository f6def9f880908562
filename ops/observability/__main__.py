"""`python -m ops.observability [--portal HOST:PORT] [--port N]`: a Prometheus with our rules, scraping the portal."""

import argparse
import os
import sys

from ops.observability.prometheus_process import prometheus
from ops.stack.program import var_folder


def main() -> int:
    """Run until Ctrl-C; 1 with a sentence when Prometheus does not start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", default=f"127.0.0.1:{os.environ.get('PORT') or '8000'}", help="host:port to scrape")
    parser.add_argument("--port", type=int, default=9090, help="where Prometheus answers")
    options = parser.parse_args()
    folder = var_folder("prometheus")
    with prometheus(folder, portal=options.portal, port=options.port) as process:
        print(f"Prometheus: http://127.0.0.1:{options.port}/ (rules and alerts under Status and Alerts)")
        print("Grafana: add it as a Prometheus data source, then import ops/observability/grafana-dashboards/*.json")
        print("Stop with Ctrl-C.", flush=True)
        assert process.process is not None
        try:
            return process.process.wait()
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RuntimeError as error:
        sys.exit(str(error))
