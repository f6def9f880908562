"""Keeps the store in a SQLite file: what changed is written in one transaction, soon after."""

import asyncio
import json
import sqlite3
from itertools import islice
from pathlib import Path

from .store import Store

INTERVAL = 0.5  # seconds between saves
BATCH = 5000  # objects a transaction, so that a large seed does not stall requests


class StateFile:
    def __init__(self, path: Path, store: Store) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._store = store
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        self._database.execute(
            "CREATE TABLE IF NOT EXISTS objects (kind TEXT, id TEXT, sequence INTEGER, body TEXT, "
            "PRIMARY KEY (kind, id))"
        )

    def load(self) -> None:
        rows = self._database.execute("SELECT kind, sequence, body FROM objects ORDER BY sequence").fetchall()
        for kind, sequence, body in rows:
            self._store[kind].put(json.loads(body), sequence)
            self._store.sequence = sequence
        self._store.changed.clear()

    async def save_regularly(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            while self._save_batch():
                await asyncio.sleep(0)

    def close(self) -> None:
        """Saves what is left."""
        while self._save_batch():
            pass
        self._database.close()

    def _save_batch(self) -> bool:
        """Whether more is left to save."""
        changed = self._store.changed
        batch = list(islice(changed, BATCH))
        if not batch:
            return False
        written, removed = [], []
        for kind, object_id in batch:
            del changed[kind, object_id]
            if (place := self._store[kind].place(object_id)) is None:
                removed.append((kind, object_id))
            else:
                written.append((kind, object_id, place[1], self._store[kind].text(object_id)))
        with self._database:
            self._database.executemany("REPLACE INTO objects VALUES (?, ?, ?, ?)", written)
            self._database.executemany("DELETE FROM objects WHERE kind = ? AND id = ?", removed)
        return bool(changed)
