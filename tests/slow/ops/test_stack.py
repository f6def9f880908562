"""The whole stack starts, survives what it is told to survive, and leaves nothing behind."""

from pathlib import Path

import httpx
import pytest

from ops.stack import Stack
from ops.stack.postgres import Stop
from ops.stack.program import listens

pytestmark = pytest.mark.slow


def ready(stack: Stack) -> tuple[int, str]:
    reply = httpx.get(f"{stack.portal}/readyz/", timeout=10)
    return reply.status_code, reply.json()["status"]


def test_the_stack_breaks_and_mends_on_command(tmp_path: Path) -> None:
    with Stack(tmp_path) as stack:
        assert ready(stack) == (200, "ok")
        stack.postgres.stop(Stop.IMMEDIATE)
        assert ready(stack) == (503, "unavailable")
        stack.postgres.start()
        stack.redis.stop()
        assert ready(stack) == (200, "degraded")
        stack.redis.start()
        stack.programs["web"].kill()
        assert not listens(stack.web_port)
        stack.programs["web"].start()
        stack.wait_until_ready()
        assert stack.sandbox.every("payment_intents") == []
        assert [
            row[0] for row in stack.postgres.execute("portal", "SELECT count(*) FROM djstripe_webhookendpoint")
        ] == [1]
        ports = [stack.web_port, stack.sandbox_port, stack.postgres.port, stack.redis.port]
    assert not any(map(listens, ports))
