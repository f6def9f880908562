"""Strict parsing of Stripe's form encoding (`a[b]=1&c[]=2`) against a declared schema.

Unknown parameters, missing ones and wrong types are refused with Stripe's own errors.
An empty string unsets a value; it reads as `None` where a parameter allows that.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Protocol

from .errors import invalid_request, unsupported

Raw = Any  # a string, an uploaded file, or a dict of Raw as nested by `nest`
_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


class Param(Protocol):
    def read(self, raw: Raw, name: str) -> Any: ...


def nest(pairs: Iterable[tuple[str, Raw]]) -> dict[str, Raw]:
    """`[("a[b]", "1"), ("c[]", "2")]` becomes `{"a": {"b": "1"}, "c": {"0": "2"}}`."""
    tree: dict[str, Raw] = {}
    for key, value in pairs:
        match = _KEY.match(key)
        if match is None:
            raise invalid_request(f"Invalid request parameter name: {key}", param=key)
        steps = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        _place(tree, steps, value, key)
    return tree


def _place(tree: dict[str, Raw], steps: list[str], value: Raw, key: str) -> None:
    node = tree
    for step in steps[:-1]:
        child = node.setdefault(step or str(len(node)), {})
        if not isinstance(child, dict):
            raise invalid_request(f"Invalid hash: {key}", param=steps[0])
        node = child
    node[steps[-1] or str(len(node))] = value


def _scalar(raw: Raw, name: str, kind: str, *, unset: bool = False) -> str:
    """A text, an empty one only where the value can be unset."""
    if not isinstance(raw, str):
        raise invalid_request(f"Invalid {kind}: {raw if isinstance(raw, dict) else 'a file'}", param=name)
    if not raw and not unset:
        raise invalid_request(
            f"You passed an empty string for '{name}'. We assume empty values are an attempt to "
            f"unset a parameter; however '{name}' cannot be unset. You should remove '{name}' "
            "from your request or supply a non-empty value.",
            code="parameter_invalid_empty",
            param=name,
        )
    return raw


@dataclass(frozen=True)
class Text:
    longest: int = 5000
    unset: bool = False

    def read(self, raw: Raw, name: str) -> str | None:
        text = _scalar(raw, name, "string", unset=self.unset)
        if len(text) > self.longest:
            raise invalid_request(
                f"Invalid string: {text[:20]}…; must be at most {self.longest} characters", param=name
            )
        return text or None


@dataclass(frozen=True)
class Choice:
    options: tuple[str, ...]
    unset: bool = False

    def read(self, raw: Raw, name: str) -> str | None:
        text = _scalar(raw, name, "string", unset=self.unset)
        if text and text not in self.options:
            *most, last = self.options
            listed = f"{', '.join(most)}, or {last}" if most else last
            raise invalid_request(f"Invalid {name}: must be one of {listed}", param=name)
        return text or None


@dataclass(frozen=True)
class Integer:
    least: int | None = None
    most: int | None = None

    def read(self, raw: Raw, name: str) -> int:
        text = _scalar(raw, name, "integer")
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", text):
            raise invalid_request(f"Invalid integer: {text}", code="parameter_invalid_integer", param=name)
        number = int(text)
        if self.least is not None and number < self.least:
            raise self._out_of_range(f"greater than or equal to {self.least}", number, name)
        if self.most is not None and number > self.most:
            raise self._out_of_range(f"less than or equal to {self.most}", number, name)
        return number

    def _out_of_range(self, rule: str, number: int, name: str) -> Exception:
        return invalid_request(
            f"This value must be {rule} (it currently is '{number}').", code="parameter_invalid_integer", param=name
        )


@dataclass(frozen=True)
class Boolean:
    def read(self, raw: Raw, name: str) -> bool:
        text = _scalar(raw, name, "boolean", unset=True)
        if text not in {"true", "false"}:
            raise invalid_request(f"Invalid boolean: {text}", param=name)
        return text == "true"


@dataclass(frozen=True)
class List:
    item: Param
    longest: int = 100

    def read(self, raw: Raw, name: str) -> list[Any]:
        if raw == "":
            return []
        if not isinstance(raw, dict) or not all(key.isdigit() for key in raw):
            raise invalid_request("Invalid array", param=name)
        if len(raw) > self.longest:
            raise invalid_request(f"Array {name} exceeded maximum allowed elements.", param=name)
        ordered = sorted(raw.items(), key=lambda pair: int(pair[0]))
        return [self.item.read(value, f"{name}[{key}]") for key, value in ordered]


@dataclass(frozen=True)
class Metadata:
    """Up to 50 keys of 40 characters with values of 500; `None` for a key means: remove it."""

    def read(self, raw: Raw, name: str) -> dict[str, str | None] | None:
        if raw == "":
            return None
        if not isinstance(raw, dict):
            raise invalid_request("Invalid hash", param=name)
        for key, value in raw.items():
            self._check(key, value, name)
        if len(raw) > 50:
            raise invalid_request("Metadata can have at most 50 keys.", param=name)
        return {key: value or None for key, value in raw.items()}

    def _check(self, key: str, value: Raw, name: str) -> None:
        if not isinstance(value, str):
            raise invalid_request("Metadata values must be strings, but was a hash.", param=f"{name}[{key}]")
        if len(key) > 40 or len(value) > 500:
            longest = "keys up to 40" if len(key) > 40 else "values up to 500"
            raise invalid_request(f"Metadata can have {longest} characters.", param=f"{name}[{key}]")


@dataclass(frozen=True)
class Uploaded:
    """A file of a multipart body, before it is checked."""

    filename: str
    content: bytes


_SIGNATURES = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}


@dataclass(frozen=True)
class Upload:
    """Reads a file into its filename, size in bytes, type (by its first bytes) and digest."""

    def read(self, raw: Raw, name: str) -> dict[str, Any]:
        if not isinstance(raw, Uploaded):
            raise invalid_request(f"Invalid file: the parameter {name} must be uploaded as multipart.", param=name)
        kinds = (kind for start, kind in _SIGNATURES.items() if raw.content.startswith(start))
        return {
            "filename": raw.filename,
            "size": len(raw.content),
            "type": next(kinds, "unknown"),
            "digest": sha256(raw.content).hexdigest(),
        }


@dataclass(frozen=True)
class Hash:
    fields: Mapping[str, Param]
    required: tuple[str, ...] = field(default=())

    def read(self, raw: Raw, name: str = "") -> dict[str, Any]:
        if not isinstance(raw, dict):
            raise invalid_request("Invalid hash", param=name)
        full = {key: f"{name}[{key}]" if name else key for key in {*raw, *self.fields}}
        if unknown := [full[key] for key in raw if key not in self.fields]:
            raise self._unknown(unknown)
        for key in self.required:
            if key not in raw:
                raise invalid_request(
                    f"Missing required param: {full[key]}.", code="parameter_missing", param=full[key]
                )
        return {key: self.fields[key].read(value, full[key]) for key, value in raw.items()}

    def _unknown(self, names: list[str]) -> Exception:
        plural = "s" if len(names) > 1 else ""
        return invalid_request(
            f"Received unknown parameter{plural}: {', '.join(names)}", code="parameter_unknown", param=names[0]
        )


@dataclass(frozen=True)
class TimeFilter:
    """`created=1700000000`, or `created[gte]=…&created[lt]=…`; reads as (first, last) inclusive."""

    def read(self, raw: Raw, name: str) -> tuple[int | None, int | None]:
        if not isinstance(raw, dict):
            moment = Integer().read(raw, name)
            return moment, moment
        whole = Integer()
        bounds = Hash({"gt": whole, "gte": whole, "lt": whole, "lte": whole}).read(raw, name)
        first = [bounds["gte"]] if "gte" in bounds else []
        first += [bounds["gt"] + 1] if "gt" in bounds else []
        last = [bounds["lte"]] if "lte" in bounds else []
        last += [bounds["lt"] - 1] if "lt" in bounds else []
        return max(first, default=None), min(last, default=None)


ADDRESS = Hash({name: Text(unset=True) for name in ("city", "country", "line1", "line2", "postal_code", "state")})
_SOMEBODY = {name: Text(unset=True) for name in ("email", "name", "phone", "tax_id")}
BILLING_DETAILS = Hash({"address": ADDRESS, **_SOMEBODY})
_PARCEL = {name: Text(unset=True) for name in ("carrier", "phone", "tracking_number")}
SHIPPING = Hash({"address": ADDRESS, "name": Text(), **_PARCEL}, required=("address", "name"))
PAGING: dict[str, Param] = {
    "limit": Integer(1, 100),
    "starting_after": Text(),
    "ending_before": Text(),
    "created": TimeFilter(),
}


def merge_metadata(current: dict[str, str], given: dict[str, str | None] | None) -> dict[str, str]:
    """Stripe's rule: keys are merged, an empty value removes its key, an empty hash them all."""
    if given is None:
        return {}
    merged: dict[str, str | None] = {**current, **given}
    return {key: value for key, value in merged.items() if value is not None}


def edited(old: dict[str, Any], params: dict[str, Any]) -> dict[str, Any]:
    """The object with what the parameters say in place of its own; metadata is merged."""
    if "metadata" not in params:
        return old | params
    return old | params | {"metadata": merge_metadata(old["metadata"], params["metadata"])}


@dataclass(frozen=True)
class Unmodelled:
    """A real parameter of Stripe's that the sandbox does not act on: refused, and said so."""

    def read(self, raw: Raw, name: str) -> None:
        raise unsupported(f"the parameter {name}", name)


def unmodelled(names: str) -> dict[str, Param]:
    return {name: Unmodelled() for name in names.split()}
