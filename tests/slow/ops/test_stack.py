"""The whole stack starts, survives what it is told to survive, and leaves nothing behind."""

import re
import shutil
import ssl
from pathlib import Path

import httpx
import pytest

from ops.deploy.nginx.site import FOREVER
from ops.stack import postgres as clusters
from ops.stack.postgres import Postgres, Stop, migrated_cluster, reachable_folder
from ops.stack.program import listens
from ops.stack.stack import Stack

pytestmark = pytest.mark.slow


def ready(stack: Stack) -> tuple[int, str]:
    reply = httpx.get(f"{stack.portal}/readyz/", timeout=10)
    return reply.status_code, reply.json()["status"]


def test_nginx_serves_it_as_production_does(tmp_path: Path) -> None:
    with Stack(tmp_path, proxy=True) as stack:
        assert stack.proxy is not None
        trusting = ssl.create_default_context(cafile=str(stack.proxy.certificate))
        with httpx.Client(base_url=stack.proxy.url, verify=trusting, timeout=60) as client:
            page = client.get("/")
            assert page.status_code == 200
            static = re.findall(r'"(/static/[^"]+)"', page.text)
            kept = {path: client.get(path).headers["Cache-Control"] for path in static}
            assert len(kept) > 2
            assert set(kept.values()) == {FOREVER}
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get("/accounts/login/").text)
            assert token is not None
            form = {"login": "caregiver@example.com", "password": "demo-portal-2026", "csrfmiddlewaretoken": token[1]}
            signed_in = client.post("/accounts/login/", data=form, headers={"Referer": f"{stack.proxy.url}/"})
            assert (signed_in.status_code, signed_in.headers["Location"]) == (302, "/dashboard/")
        assert ready(stack) == (200, "ok")  # gunicorn's own port stays open
        ports = [stack.proxy.https_port, stack.proxy.http_port]
    assert not any(map(listens, ports))


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


def test_an_interrupt_while_it_migrates_leaves_no_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []

    def interrupted(server: Postgres) -> None:
        server.start()
        started.append(server.port)
        raise KeyboardInterrupt

    monkeypatch.setenv("VAR", str(tmp_path))
    monkeypatch.setattr(clusters, "_migrate", interrupted)
    folder = reachable_folder()
    with pytest.raises(KeyboardInterrupt):
        migrated_cluster(folder)
    shutil.rmtree(folder)
    assert [listens(port) for port in started] == [False]
