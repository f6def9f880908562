"""Starting, stopping and refusing to start."""

import signal
import socket
import subprocess
import threading
import time
from pathlib import Path

import pytest

from ops.stack.program import free_port
from tests.unit.ops.cdn.origin import Origin, Stored
from tests.unit.ops.cdn.running import PROJECT, command, started


def closed(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_when_told(nginx: None, origin: Origin, public_key: Path, tmp_path: Path, stop: int) -> None:
    with started(origin=origin.url, run_dir=tmp_path, public_key=public_key) as cdn:
        nginx_pid = int((tmp_path / "nginx.pid").read_text())
        cdn.process.send_signal(stop)

        assert cdn.process.wait(timeout=15) == 0
        assert closed(cdn.port)
        assert not Path(f"/proc/{nginx_pid}").exists()


def test_a_running_answer_is_finished_first(nginx: None, origin: Origin, public_key: Path, tmp_path: Path) -> None:
    origin.objects["/media/public/slow.jpg"] = Stored(b"slow", delay=1)
    with started(origin=origin.url, run_dir=tmp_path, public_key=public_key) as cdn:
        bodies: list[bytes] = []
        viewer = threading.Thread(target=lambda: bodies.append(cdn.get("/media/public/slow.jpg").body))
        viewer.start()
        while not origin.ranges_of("/media/public/slow.jpg"):
            time.sleep(0.01)
        cdn.process.terminate()
        viewer.join(timeout=10)

    assert bodies == [b"slow"]


def test_the_cache_survives_a_restart(nginx: None, origin: Origin, public_key: Path, tmp_path: Path) -> None:
    origin.objects["/media/public/kept.jpg"] = Stored(b"kept")
    results = []
    for _ in range(2):
        with started(origin=origin.url, run_dir=tmp_path, public_key=public_key) as cdn:
            results.append(cdn.get("/media/public/kept.jpg").headers["x-cache"])

    assert results == ["MISS", "HIT"]


def test_the_log_holds_no_signature(nginx: None, origin: Origin, public_key: Path, tmp_path: Path) -> None:
    with started(origin=origin.url, run_dir=tmp_path, public_key=public_key) as cdn:
        cdn.get("/media/signed/a.mp4?Expires=1&Signature=secret&Key-Pair-Id=K")

    log = (tmp_path / "access.log").read_text()
    assert "/media/signed/a.mp4 403" in log
    assert "secret" not in log


def refusal(origin: str, port: int, run_dir: Path, key: Path) -> tuple[int, str]:
    line = command(origin=origin, port=port, run_dir=run_dir, public_key=key)
    done = subprocess.run(line, cwd=PROJECT, capture_output=True, text=True, timeout=30, check=False)
    return done.returncode, done.stderr


def test_a_port_in_use_is_named(nginx: None, origin: Origin, public_key: Path, tmp_path: Path) -> None:
    status, text = refusal(origin.url, origin.server_port, tmp_path, public_key)

    assert status == 1
    assert f"nginx ended with status 1; see {tmp_path}/error.log" in text
    assert "Address already in use" in (tmp_path / "error.log").read_text()


def test_an_origin_that_is_no_address_is_refused(public_key: Path, tmp_path: Path) -> None:
    status, text = refusal("127.0.0.1:9000/media", free_port(), tmp_path, public_key)

    assert (status, text) == (
        1,
        "The origin must be an address such as http://127.0.0.1:9000, not '127.0.0.1:9000/media'.\n",
    )


def test_a_key_that_is_none_is_refused(origin: Origin, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")

    status, text = refusal(origin.url, free_port(), tmp_path, tmp_path / "key.pem")

    assert status == 1
    assert "Traceback" not in text
