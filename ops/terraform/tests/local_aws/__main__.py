"""``python -m ops.terraform.tests.local_aws``: serve on 127.0.0.1 until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys

from ops.terraform.tests.local_aws.seed import seed
from ops.terraform.tests.local_aws.server import LocalAws


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.terraform.tests.local_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one")
    parser.add_argument("--zone", action="append", default=[], help="a Route 53 hosted zone to begin with")
    parser.add_argument("--bucket", action="append", default=[], help="an S3 bucket to begin with")
    return parser.parse_args()


def main() -> None:
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with LocalAws(port=arguments.port) as aws:
        seed(aws.url, zones=arguments.zone, buckets=arguments.bucket)
        print(f"Local AWS ready: {aws.url}", flush=True)
        try:
            signal.pause()
        except KeyboardInterrupt:
            pass


if __name__ == "__main__":
    main()
