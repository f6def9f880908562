"""A Redis of our own: the task broker, which keeps nothing that is not also a row."""

import socket
from pathlib import Path

from ops.stack.program import Program, Server, binary, free_port


def address(port: int) -> str:
    """What BROKER_URL takes for a server at `port`."""
    return f"redis://127.0.0.1:{port}/0"


class Redis(Server):
    """One server on 127.0.0.1, without persistence."""

    what = "Redis"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port or free_port()
        where = ["--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)]
        command = [binary("redis-server"), *where, "--save", ""]
        self.program = Program("redis", command, log=folder / "redis.log")

    @property
    def url(self) -> str:
        """What BROKER_URL takes."""
        return address(self.port)

    def flush(self) -> None:
        """Forget every queue."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            if not connection.recv(64).startswith(b"+OK"):
                raise RuntimeError("Redis did not flush")
