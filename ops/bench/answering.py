"""`python -m ops.bench.answering PORT DELAY_MS`: a Stripe that answers at once, or after DELAY_MS, at next to no cost.

It knows the account and says of every PaymentIntent that it succeeded: what stock dj-stripe asks for an event.
"""

import asyncio
import json
import sys
from typing import Any

from ops.stripe_sandbox.objects import payment_intent

INTENT = payment_intent.build(1125, "gbp", {"status": "succeeded", "amount_received": 1125})
ACCOUNT = {"id": "acct_bench", "object": "account", "settings": {"dashboard": {"display_name": "Bench"}}}


def answer(path: str) -> dict[str, Any]:
    """The object that `path` names."""
    if path.startswith("/v1/payment_intents/"):
        return INTENT | {"id": path.rpartition("/")[2]}
    return ACCOUNT


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float) -> None:
    """Answer GET after GET on one kept connection."""
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(delay)
            body = json.dumps(answer(head.split(b" ", 2)[1].decode().partition("?")[0])).encode()
            start = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(start.encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main(port: int, delay: float) -> None:
    """Serve until the process ends."""
    server = await asyncio.start_server(lambda reader, writer: serve(reader, writer, delay), "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]) / 1000))
