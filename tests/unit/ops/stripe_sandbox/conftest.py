"""A real sandbox in its own process, the official client, and a place to receive webhooks."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
import stripe

from ops.stack.program import free_port

ROOT = Path(__file__).parents[4]
SECRET_KEY = "sk_test_" + "a" * 24
PUBLISHABLE_KEY = "pk_test_" + "a" * 24


@contextmanager
def running_sandbox(*options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Starts `python -m ops.stripe_sandbox` and yields its address when it says it is ready."""
    port = free_port()
    command = [sys.executable, "-m", "ops.stripe_sandbox", "--port", str(port), *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            assert ready == f"Stripe sandbox ready: http://127.0.0.1:{port}/\n"
            yield f"http://127.0.0.1:{port}", process
        finally:
            process.terminate()
            process.wait(10)


def eventually(check: Callable[[], Any], within: float = 8.0) -> Any:
    """The first true value of `check`; fails when there is none in time (seconds)."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if value := check():
            return value
        time.sleep(0.02)
    raise AssertionError(f"nothing came within {within} s")


@pytest.fixture(scope="session")
def process_url() -> Iterator[str]:
    with running_sandbox() as (url, _):
        yield url


@pytest.fixture(scope="session")
def bare() -> Iterator[httpx.Client]:
    """One client for all: making one loads certificates that plain HTTP does not need."""
    with httpx.Client(timeout=20, trust_env=False, verify=False) as client:  # noqa: S501
        yield client


@pytest.fixture
def url(process_url: str, bare: httpx.Client) -> str:
    """The sandbox's address, with nothing remembered and no fault set."""
    bare.post(f"{process_url}/_control/reset", json={"webhook_endpoints": True})
    return process_url


def client_of(url: str, *, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(SECRET_KEY, base_addresses={"api": url, "files": url}, max_network_retries=retries)


def error_of(caught: pytest.ExceptionInfo[stripe.StripeError]) -> Any:
    """The error's body; the client types each of its parts as possibly absent."""
    return caught.value.error


@pytest.fixture
def api(url: str) -> Any:
    """The official client's v1 services."""
    return client_of(url).v1


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    """Bare HTTP with the secret key, for what the official client would not send."""
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    with httpx.Client(base_url=url, headers=headers, timeout=20, trust_env=False, verify=False) as client:  # noqa: S501
        yield client


@pytest.fixture
def control(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{url}/_control", timeout=20, trust_env=False, verify=False) as client:  # noqa: S501
        yield client


@dataclass
class Received:
    """One webhook request as it arrived."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event


@dataclass
class Inbox:
    """A webhook endpoint that answers with the statuses in `answers`, then with 200."""

    url: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def types(self) -> list[str]:
        return [one.event["type"] for one in self.received]

    def wait_for(self, *types: str) -> list[dict[str, Any]]:
        """The first event of each type, once all are there."""
        eventually(lambda: set(types) <= set(self.types()))
        events = [one.event for one in self.received]
        return [next(one for one in events if one["type"] == kind) for kind in types]


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            box.received.append(Received(body, self.headers["Stripe-Signature"]))
            self.send_response(box.answers.pop(0) if box.answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    box.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield box
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def endpoint(api: Any, inbox: Inbox) -> Any:
    """The inbox, registered for every event."""
    return api.webhook_endpoints.create({"url": inbox.url, "enabled_events": ["*"]})


@pytest.fixture
def pay(api: Any) -> Callable[..., Any]:
    """Creates and confirms an intent with a test payment method, 25.00 USD."""

    def make(method: str = "pm_card_visa", **params: Any) -> Any:
        return api.payment_intents.create(
            {
                "amount": 2500,
                "currency": "usd",
                "confirm": True,
                "payment_method": method,
                **params,
            }
        )

    return make
