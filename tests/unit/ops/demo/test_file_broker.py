"""The demo's broker made of files: a worker never meets half a message."""

import json
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu import Connection
from kombu.transport import filesystem
from kombu.utils import json as kombu_json

from ops.demo import file_broker

MESSAGE = {"body": "run"}


def channel(folder: Path, transport: type[filesystem.Transport]) -> filesystem.Channel:
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(folder / "control")}
    return Connection("filesystem://", transport=transport, transport_options=options).channel()  # type: ignore[return-value]


def read_while_written(folder: Path, transport: Any, module: Any, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What a worker gets that looks at the moment in which a message is made into text."""
    broker, seen = channel(folder, transport), []

    def dumps(payload: object) -> str:
        try:
            seen.append(broker._get("portal"))
        except (Empty, json.JSONDecodeError) as error:
            seen.append(type(error))  # type: ignore[arg-type]
        return kombu_json.dumps(payload)

    monkeypatch.setattr(module, "dumps", dumps)
    broker._put("portal", MESSAGE)
    return seen  # type: ignore[return-value]


def test_a_message_is_seen_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_while_written(tmp_path, file_broker.Transport, file_broker, monkeypatch) == [Empty]
    assert channel(tmp_path, file_broker.Transport)._get("portal") == MESSAGE
    assert list(tmp_path.glob("*.*")) == []


def test_kombus_own_shows_a_message_before_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When this fails, kombu has mended it: ops.demo.file_broker can go."""
    assert read_while_written(tmp_path, filesystem.Transport, filesystem, monkeypatch) == [json.JSONDecodeError]
