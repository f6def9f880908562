"""``python -m ops.cdn``: a local CDN in front of an origin, until SIGTERM or Ctrl-C."""

import argparse
import logging
import signal
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from ops.cdn.configuration import Configuration, default_public_urls
from ops.cdn.signatures import TrustedKey
from ops.cdn.supervisor import CdnError, running_cdn


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ops.cdn", description=__doc__)
    parser.add_argument("--origin", required=True, help="where media and static files are, http://127.0.0.1:PORT")
    parser.add_argument("--media-folder", type=Path, help="read media from this folder (public/, signed/) instead")
    parser.add_argument("--port", type=int, required=True, help="port on 127.0.0.1")
    parser.add_argument("--run-dir", type=Path, required=True, help="folder for cache, logs and nginx.conf")
    parser.add_argument("--public-key", type=Path, required=True, help="PEM file; its signatures open /media/signed/")
    parser.add_argument("--key-id", required=True, help="the Key-Pair-Id that goes with the key")
    addresses = "address viewers use, as signed; may be repeated; by default 127.0.0.1 and localhost at the port"
    parser.add_argument("--public-url", action="append", help=addresses)
    return parser.parse_args()


def trusted_key(path: Path, identifier: str) -> TrustedKey:
    """Raises ValueError for anything but an RSA public key, OSError when the file cannot be read."""
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, RSAPublicKey):
        raise ValueError(f"{path} is not an RSA public key")
    return TrustedKey(identifier, key)


def serve(arguments: argparse.Namespace) -> None:
    configuration = Configuration(
        origin=arguments.origin,
        port=arguments.port,
        run_dir=arguments.run_dir,
        public_urls=tuple(arguments.public_url or default_public_urls(arguments.port)),
        media_folder=arguments.media_folder,
    )
    with running_cdn(configuration, trusted_key(arguments.public_key, arguments.key_id)) as nginx:
        print(f"CDN ready: http://127.0.0.1:{configuration.port}/", flush=True)
        status = nginx.wait()
    raise CdnError(f"nginx ended by itself with status {status}; see {configuration.run_dir}/error.log")


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    for stop in (signal.SIGTERM, signal.SIGINT):  # a shell starts what it puts in the background with SIGINT ignored
        signal.signal(stop, lambda *_: sys.exit(0))
    try:
        serve(parse_arguments())
    except (RuntimeError, OSError, ValueError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
