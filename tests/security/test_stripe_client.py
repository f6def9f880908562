"""Stripe's client sends the key to Stripe and nowhere else."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from pytest_django import Settings

from payments.gateway.base import GatewayUnreachable
from payments.gateway.stripe_api import StripeGateway

asked: list[str] = []


class Redirecting(BaseHTTPRequestHandler):
    """Sends every request on to another path, where it would be answered."""

    def do_GET(self) -> None:
        asked.append(self.path)
        self.send_response(307)
        self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    asked.clear()
    with HTTPServer(("127.0.0.1", 0), Redirecting) as listening:
        Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_a_redirect_is_not_followed(server: str, settings: Settings) -> None:
    settings.STRIPE_API_BASE = server
    with pytest.raises(GatewayUnreachable):
        StripeGateway.from_settings().retrieve_intent("pi_1")
    assert asked
    assert "/elsewhere" not in asked
