"""Signed events and a client that costs the machine next to nothing: requests are made before the clock starts."""

import json
import socket
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ops.stripe_sandbox.delivery import signature
from ops.stripe_sandbox.objects import payment_intent
from ops.stripe_sandbox.objects.event import build

CLIENTS = 8


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where events go: a port of 127.0.0.1, the address's path, the secret that signs."""

    port: int
    path: str
    secret: str


def succeeded() -> dict[str, Any]:
    """A `payment_intent.succeeded` of an intent that nobody knows."""
    intent = payment_intent.build(1125, "gbp", {"status": "succeeded", "amount_received": 1125})
    return event("payment_intent.succeeded", intent)


def event(kind: str, about: dict[str, Any]) -> dict[str, Any]:
    """An event as Stripe delivers it."""
    return build(kind, about, None, cause=None, pending_webhooks=1)


def delivery(to: Endpoint, told: dict[str, Any]) -> bytes:
    """The whole HTTP request of one signed delivery."""
    text = json.dumps(told)
    body, signed = text.encode(), signature(text, to.secret, int(time.time()))
    head = (
        f"POST {to.path} HTTP/1.1\r\nHost: 127.0.0.1:{to.port}\r\nContent-Type: application/json\r\n"
        f"Stripe-Signature: {signed}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def post(port: int, request: bytes) -> bytes:
    """Send one request and return its whole answer. Raises RuntimeError unless that is 200."""
    with socket.socket() as connection:
        connection.settimeout(60)
        connection.connect(("127.0.0.1", port))
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    if b" 200 " not in answer[:16]:
        raise RuntimeError(f"not taken: {answer[:500]!r}")
    return answer


def rate(port: int, requests: Sequence[bytes]) -> float:
    """Deliver all, CLIENTS at a time; returns how many a second."""

    def deliver(client: int) -> None:
        for request in requests[client::CLIENTS]:
            post(port, request)

    started = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(deliver, range(CLIENTS)))
    return len(requests) / (time.perf_counter() - started)


def paced(port: int, requests: Sequence[bytes], per_second: float) -> list[float]:
    """Deliver each at its moment; returns the seconds from that moment to its answer, waiting for a client included."""
    begin = time.perf_counter() + 0.2

    def deliver(number: int) -> float:
        due = begin + number / per_second
        time.sleep(max(0.0, due - time.perf_counter()))
        post(port, requests[number])
        return time.perf_counter() - due

    with ThreadPoolExecutor(CLIENTS * 2) as pool:
        return list(pool.map(deliver, range(len(requests))))
