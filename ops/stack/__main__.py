"""`python -m ops.stack`: the whole stack until Ctrl-C. PORT, HTTPS_PORT, SANDBOX_PORT and VAR are honoured."""

import argparse
import os
import signal
import sys

from ops.stack.program import var_folder
from ops.stack.stack import Stack


def main() -> int:
    """Run, say where it answers, and end with the first signal."""
    argparse.ArgumentParser(prog="python -m ops.stack", description=__doc__).parse_args()
    defaults = {"PORT": "8000", "HTTPS_PORT": "8443", "SANDBOX_PORT": "8421"}
    ports = {name: os.environ.get(name) or default for name, default in defaults.items()}
    var = var_folder("stack")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Stack(var, proxy=True, environment=ports) as stack:
            print(f"Portal ready: {stack.portal}/\nSandbox: {stack.sandbox.url}", flush=True)
            assert stack.proxy is not None
            print(f"Behind nginx: {stack.proxy.url}/ (its certificate is its own; trust {stack.proxy.certificate})")
            print(f"Database: {stack.database_url}\nBroker: {stack.redis.url}\nLogs: {stack.var}/logs", flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
