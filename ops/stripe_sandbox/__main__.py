"""`python -m ops.stripe_sandbox --port 8421 [--state FILE] [--host 127.0.0.1]`"""

import argparse
from pathlib import Path

import uvicorn

from .app import build
from .transport import DroppableProtocol


class _Server(uvicorn.Server):
    """Says when it is ready, and does not wait for connections that a fault keeps hanging."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup()
        if self.started:
            config = self.config
            print(f"Stripe sandbox ready: http://{config.host}:{config.port}/", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="ops.stripe_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8421)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--state", type=Path, help="file that keeps the sandbox's memory")
    options = parser.parse_args()
    config = uvicorn.Config(
        build(f"http://{options.host}:{options.port}", options.state),
        host=options.host,
        port=options.port,
        http=DroppableProtocol,
        loop="asyncio",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    _Server(config).run()


if __name__ == "__main__":
    main()
