"""`python -m ops.deploy.nginx --host portal.example.org ...`: nginx's configuration for one place, printed."""

import argparse
import sys
from pathlib import Path

from ops.deploy.nginx.site import Site, rendered


def main() -> int:
    """Print it; 2 with a sentence when a value cannot be written into it."""
    parser = argparse.ArgumentParser(prog="python -m ops.deploy.nginx", description=__doc__)
    parser.add_argument("--host", required=True, help="the host of PORTAL_BASE_URL")
    parser.add_argument("--certificate", type=Path, required=True, help="PEM file with the whole chain")
    parser.add_argument("--certificate-key", type=Path, required=True, help="PEM file with its private key")
    parser.add_argument("--var", type=Path, default=Site.var, help="the portal's VAR: static/ and media/ lie in it")
    parser.add_argument("--application", default=Site.application, help="where gunicorn listens")
    parser.add_argument("--requests-per-second", type=int, default=Site.requests_per_second, help="from one address")
    parser.add_argument("--hsts-seconds", type=int, default=Site.hsts_seconds, help="as PORTAL_HSTS_SECONDS")
    parser.add_argument("--behind", action="append", default=[], help="network of load balancers in front; repeatable")
    given = vars(parser.parse_args())
    try:
        print(rendered(Site(**{**given, "behind": tuple(given["behind"])})), end="")
    except ValueError as error:
        parser.error(str(error))
    return 0


if __name__ == "__main__":
    sys.exit(main())
