"""What the sandbox remembers: collections of JSON objects in order of creation.

An object is kept as JSON text, so reading one gives a fresh copy that nobody else can change, and
a page of a list is joined from text that is already there.
"""

import json
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

Object = dict[str, Any]
Place = tuple[int, int, str]  # created (UTC seconds), sequence, id
_LAST = 1 << 62

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

    def __init__(self, indexed: tuple[str, ...], on_change: Callable[[str], None]) -> None:
        self._indexed = indexed
        self._on_change = on_change
        self._text: dict[str, str] = {}
        self._places: dict[str, Place] = {}
        self._order: list[Place] = []
        self._index: dict[tuple[str, str], list[Place]] = {}
        self._keys: dict[str, tuple[tuple[str, str], ...]] = {}

    def __len__(self) -> int:
        return len(self._text)

    def __contains__(self, object_id: object) -> bool:
        return object_id in self._text

    def __iter__(self) -> Iterator[Object]:
        """Oldest first."""
        return (json.loads(self._text[place[2]]) for place in list(self._order))

    def get(self, object_id: str) -> Object | None:
        text = self._text.get(object_id)
        return None if text is None else json.loads(text)

    def text(self, object_id: str) -> str:
        return self._text[object_id]

    def matching(self, name: str, value: str) -> list[Object]:
        """Every object whose indexed field has this value, oldest first."""
        return [json.loads(self._text[place[2]]) for place in self._index.get((name, value), ())]

    def place(self, object_id: str) -> Place | None:
        return self._places.get(object_id)

    def put(self, obj: Object, sequence: int) -> None:
        """Adds the object, or replaces the one with its id."""
        object_id = obj["id"]
        self._text[object_id] = json.dumps(obj, separators=(",", ":"))
        if object_id not in self._places:
            self._places[object_id] = (obj.get("created", 0), sequence, object_id)
            insort(self._order, self._places[object_id])
        self._reindex(obj, self._places[object_id])
        self._on_change(object_id)

    def remove(self, object_id: str) -> None:
        place = self._places.pop(object_id)
        del self._text[object_id]
        del self._order[bisect_left(self._order, place)]
        for key in self._keys.pop(object_id, ()):
            self._forget(key, place)
        self._on_change(object_id)

    def clear(self) -> None:
        for object_id in list(self._text):
            self._on_change(object_id)
        for part in (self._text, self._places, self._order, self._index, self._keys):
            part.clear()

    def page(
        self, window: Window, equal: tuple[str, str] | None = None, accept: Callable[[Object], bool] | None = None
    ) -> tuple[list[str], bool]:
        """Ids newest first, and whether more follow. `equal` names an indexed field and value."""
        places = self._order if equal is None else self._index.get(equal, [])
        low = 0 if window.first is None else bisect_left(places, (window.first, -1, ""))
        high = len(places)
        if window.last is not None:
            high = bisect_right(places, (window.last, _LAST, ""))
        if window.after is not None:
            high = min(high, bisect_left(places, self._places[window.after]))
        if window.before is not None:
            low = max(low, bisect_right(places, self._places[window.before]))
        backwards = window.before is not None
        steps = range(low, high) if backwards else range(high - 1, low - 1, -1)
        wanted = (places[step][2] for step in steps)
        if accept is not None:
            wanted = (one for one in wanted if accept(json.loads(self._text[one])))
        found = list(islice(wanted, window.limit + 1))
        has_more = len(found) > window.limit
        found = found[: window.limit]
        return (found[::-1] if backwards else found), has_more

    def _reindex(self, obj: Object, place: Place) -> None:
        keys = tuple((name, value) for name in self._indexed if isinstance(value := obj.get(name), str))
        known = self._keys.get(place[2], ())
        if keys == known:
            return
        for key in known:
            self._forget(key, place)
        for key in keys:
            insort(self._index.setdefault(key, []), place)
        self._keys[place[2]] = keys

    def _forget(self, key: tuple[str, str], place: Place) -> None:
        places = self._index[key]
        del places[bisect_left(places, place)]


class Store:
    """All collections, the sequence that orders them, and which objects changed since a save."""

    def __init__(self) -> None:
        self.sequence = 0
        self.changed: dict[tuple[str, str], None] = {}
        self._collections = {kind: Collection(indexed, self._marker(kind)) for kind, indexed in KINDS.items()}

    def _marker(self, kind: str) -> Callable[[str], None]:
        return lambda object_id: self.changed.__setitem__((kind, object_id), None)

    def __getitem__(self, kind: str) -> Collection:
        return self._collections[kind]

    def get(self, kind: str, object_id: str) -> Object:
        """An object that is known to exist, as a fresh copy."""
        return json.loads(self._collections[kind].text(object_id))  # type: ignore[no-any-return]

    def put(self, obj: Object) -> Object:
        self.sequence += 1
        self._collections[obj["object"]].put(obj, self.sequence)
        return obj

    def note(self, object_id: str) -> Object:
        """What the sandbox knows about an object and Stripe's API does not show."""
        return self["note"].get(object_id) or {"object": "note", "id": object_id}

    def annotate(self, object_id: str, **facts: Any) -> None:
        self.put(self.note(object_id) | facts)
