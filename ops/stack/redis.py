"""A Redis of our own: the task broker, which keeps nothing that is not also a row."""

import socket
from pathlib import Path

from ops.stack.program import Program, binary, free_port, listens, until


class Redis:
    """One server on 127.0.0.1, without persistence."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        command = [
            binary("redis-server"), "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder),
        ]  # fmt: skip
        self.program = Program("redis", command, log=folder / "redis.log")

    @property
    def url(self) -> str:
        """What BROKER_URL takes."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.program.start()
        until(lambda: listens(self.port), "Redis")

    def stop(self) -> None:
        """End it; what it held is gone."""
        self.program.stop()

    def flush(self) -> None:
        """Forget every queue."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"FLUSHALL\r\n")
            if not connection.recv(64).startswith(b"+OK"):
                raise RuntimeError("Redis did not flush")
