"""Ports for the servers of a run."""

import socket
import subprocess
import sys

import pytest

from ops.stack import program
from ops.stack.program import ROOT, free_port

CHOOSE = "from ops.stack.program import free_port; print(free_port(), flush=True); input()"
IMPORT = "import sys, ops.stack, ops.stack.program; print('httpx' in sys.modules)"


def launcher() -> "subprocess.Popen[str]":
    """A run that has chosen its port and has not bound it yet."""
    pipe = subprocess.PIPE
    return subprocess.Popen([sys.executable, "-c", CHOOSE], cwd=ROOT, stdin=pipe, stdout=pipe, text=True)


def chosen(running: "subprocess.Popen[str]") -> int:
    assert running.stdout is not None
    return int(running.stdout.readline())


class TestFreePort:
    """Chosen long before the server that takes it listens."""

    def test_is_given_to_one_caller_only(self, monkeypatch: pytest.MonkeyPatch) -> None:
        port = free_port()
        monkeypatch.setattr(program, "PORTS", range(port, port + 1))
        with pytest.raises(RuntimeError, match="is taken"):
            free_port()

    def test_of_a_run_that_ended_is_free_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with launcher() as running:
            port = chosen(running)
            monkeypatch.setattr(program, "PORTS", range(port, port + 1))
            with pytest.raises(RuntimeError, match="is taken"):
                free_port()
            running.communicate("\n")
        assert free_port() == port

    def test_that_somebody_else_listens_on_is_passed_over(self, monkeypatch: pytest.MonkeyPatch) -> None:
        with launcher() as running:
            port = chosen(running)
            running.communicate("\n")
        monkeypatch.setattr(program, "PORTS", range(port, port + 1))
        with socket.socket() as stranger:
            stranger.bind(("127.0.0.1", port))
            with pytest.raises(RuntimeError, match="is taken"):
                free_port()
        assert free_port() == port


def test_a_port_of_another_launcher_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    with launcher() as other:
        theirs = chosen(other)
        monkeypatch.setattr(program, "PORTS", range(theirs, theirs + 8))
        ours = free_port()
        other.communicate("\n")
    assert ours != theirs


def test_the_stack_is_imported_without_an_http_client() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
