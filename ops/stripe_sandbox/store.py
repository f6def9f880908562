"""What the sandbox remembers: JSON objects by kind in order of creation, in a SQLite file or in memory.

Reading one gives a fresh copy that nobody else can change.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

Object = dict[str, Any]
INTERVAL = 0.5  # seconds between commits

# Kind -> fields that lists filter by and that therefore have an index.
KINDS: dict[str, tuple[str, ...]] = {
    "customer": ("email",),
    "payment_method": ("customer",),
    "payment_intent": ("customer",),
    "charge": ("customer", "payment_intent"),
    "refund": ("charge", "payment_intent"),
    "dispute": ("charge", "payment_intent"),
    "balance_transaction": ("source", "type"),
    "event": ("type",),
    "file": ("purpose",),
    "payout": ("status",),
    "radar.early_fraud_warning": ("charge", "payment_intent"),
    "review": (),
    "webhook_endpoint": (),
    # The sandbox's own: facts Stripe keeps to itself, work that falls due, replies to repeat.
    "note": ("payout",),
    "job": (),
    "reply": (),
}


@dataclass(frozen=True)
class Window:
    """Which part of a list is wanted; times are UTC seconds, inclusive."""

    limit: int = 10
    first: int | None = None
    last: int | None = None
    after: str | None = None
    before: str | None = None


class Collection:
    """Objects of one kind."""

    def __init__(self, database: sqlite3.Connection, kind: str) -> None:
        self._database = database
        self._where = f"WHERE kind = '{kind}'"  # a literal, or SQLite would not use the indexes of the kind

    def __len__(self) -> int:
        return int(self._select("count(*)", "")[0])

    def __contains__(self, object_id: object) -> bool:
        return bool(self._select("1", "AND id = ?", object_id))

    def __iter__(self) -> Iterator[Object]:
        """Oldest first."""
        return map(json.loads, self._select("body", "ORDER BY created, sequence"))

    def get(self, object_id: str) -> Object | None:
        return next(map(json.loads, self._select("body", "AND id = ?", object_id)), None)

    def text(self, object_id: str) -> str:
        (text,) = self._select("body", "AND id = ?", object_id)
        return str(text)

    def matching(self, name: str, value: str) -> list[Object]:
        """Every object whose indexed field has this value, oldest first."""
        return list(map(json.loads, self._select("body", f"AND {_field(name)} = ? ORDER BY created, sequence", value)))

    def remove(self, object_id: str) -> None:
        self._database.execute(f"DELETE FROM objects {self._where} AND id = ?", (object_id,))

    def clear(self) -> None:
        self._database.execute(f"DELETE FROM objects {self._where}")

    def page(
        self, window: Window, equal: tuple[str, str] | None = None, accept: Callable[[Object], bool] | None = None
    ) -> tuple[list[str], bool]:
        """Ids newest first, and whether more follow. `equal` names an indexed field and value."""
        name, value = equal or ("", None)
        place = f"(created, sequence) {{}} (SELECT created, sequence FROM objects {self._where} AND id = ?)"
        wanted = {
            f"{_field(name)} = ?": value,
            "created >= ?": window.first,
            "created <= ?": window.last,
            place.format("<"): window.after,
            place.format(">"): window.before,
        }
        wanted = {condition: limit for condition, limit in wanted.items() if limit is not None}
        order = "ASC" if window.before is not None else "DESC"
        rows = self._database.execute(
            f"SELECT id, body FROM objects {self._where} {''.join(f'AND {condition} ' for condition in wanted)}"
            f"ORDER BY created {order}, sequence {order}",
            tuple(wanted.values()),
        )
        ids = (object_id for object_id, body in rows if accept is None or accept(json.loads(body)))
        found = list(islice(ids, window.limit + 1))
        has_more = len(found) > window.limit
        found = found[: window.limit]
        return (found[::-1] if window.before is not None else found), has_more

    def _select(self, what: str, rest: str, *values: object) -> list[Any]:
        rows = self._database.execute(f"SELECT {what} FROM objects {self._where} {rest}", values)
        return [row[0] for row in rows.fetchall()]


def _field(name: str) -> str:
    return f"body ->> '$.{name}'"


class Store:
    """All collections, and the sequence that orders them. What changed is on disk once it is committed."""

    def __init__(self, state: Path | None = None) -> None:
        if state is not None:
            state.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(state or ":memory:", check_same_thread=False)
        self._make_tables()
        (self._sequence,) = self._database.execute("SELECT coalesce(max(sequence), 0) FROM objects").fetchone()
        self._collections = {kind: Collection(self._database, kind) for kind in KINDS}

    def _make_tables(self) -> None:
        make = self._database.execute
        make("PRAGMA journal_mode = WAL")
        make("PRAGMA synchronous = NORMAL")
        make(
            "CREATE TABLE IF NOT EXISTS objects (kind TEXT, id TEXT, sequence INTEGER, body TEXT, "
            "PRIMARY KEY (kind, id))"
        )
        if "created" not in {column[1] for column in make("PRAGMA table_xinfo(objects)")}:
            make(f"ALTER TABLE objects ADD COLUMN created INTEGER AS (coalesce({_field('created')}, 0))")
        make("CREATE INDEX IF NOT EXISTS by_time ON objects (kind, created, sequence)")
        for kind, names in KINDS.items():
            for name in names:
                make(
                    f'CREATE INDEX IF NOT EXISTS "{kind} by {name}" ON objects ({_field(name)}, created, sequence) '
                    f"WHERE kind = '{kind}'"
                )

    async def commit_regularly(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL)
            self._database.commit()

    def close(self) -> None:
        self._database.commit()
        self._database.close()

    def copy_to(self, state: Path) -> None:
        """Everything, into a new file."""
        state.parent.mkdir(parents=True, exist_ok=True)
        self._database.commit()
        copy = sqlite3.connect(state)
        self._database.backup(copy)
        copy.close()

    def __getitem__(self, kind: str) -> Collection:
        return self._collections[kind]

    def get(self, kind: str, object_id: str) -> Object:
        """An object that is known to exist, as a fresh copy."""
        return json.loads(self[kind].text(object_id))  # type: ignore[no-any-return]

    def put(self, obj: Object) -> Object:
        """Adds the object, or replaces the one with its id."""
        self._sequence += 1
        self._database.execute(
            "INSERT INTO objects (kind, id, sequence, body) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body",
            (obj["object"], obj["id"], self._sequence, json.dumps(obj, separators=(",", ":"))),
        )
        return obj

    def note(self, object_id: str) -> Object:
        """What the sandbox knows about an object and Stripe's API does not show."""
        return self["note"].get(object_id) or {"object": "note", "id": object_id}

    def annotate(self, object_id: str, **facts: Any) -> None:
        self.put(self.note(object_id) | facts)
