"""Finding the objects that an address or a parameter names; handlers of the addresses that do only this."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from ..api import Call, Endpoint, Handler, Page, list_page
from ..errors import Object, no_such, not_found, unsupported
from ..params import PAGING, Param, Text, edited
from ..sandbox import Sandbox


def addressed(box: Sandbox, call: Call, kind: str, param: str | None = None) -> Object:
    """The object of `/v1/…/{id}`; Stripe's 404 where there is none."""
    found = box.store[kind].get(call.path["id"])
    if found is None:
        raise not_found(kind, call.path["id"], param or "id")
    return found


def named(box: Sandbox, call: Call, param: str, kind: str | None = None) -> Object:
    """The object whose id a parameter gives; Stripe's 400 where there is none."""
    object_id = call.params[param]
    found = box.store[kind or param].get(object_id)
    if found is None:
        raise no_such(kind or param, object_id, param)
    return found


def retrieving(kind: str, param: str | None = None) -> Handler:
    """The object of the address."""
    return lambda box, call: addressed(box, call, kind, param)


def updating(kind: str, param: str, event: str) -> Handler:
    """The object of the address as the parameters change it, and an event that says so."""

    def update(box: Sandbox, call: Call) -> Object:
        old = addressed(box, call, kind, param)
        return box.change(old, edited(old, call.params), event)

    return update


def reading(
    kind: str, *filters: str, param: str | None = None, path: str = "", more: Mapping[str, Param] = MappingProxyType({})
) -> tuple[Endpoint, ...]:
    """The list, by the filters and whatever `more` is taken, and the object of the address."""
    path = path or f"/v1/{kind}s"
    taken = PAGING | dict.fromkeys(filters, Text()) | dict(more)
    return (
        Endpoint("GET", path, listing(kind, *filters, url=path), taken),
        Endpoint("GET", f"{path}/{{id}}", retrieving(kind, param)),
    )


def listing(kind: str, *filters: str, url: str | None = None) -> Handler:
    """Objects of a kind, those with the given parameters' values; the store has an index of each filter."""

    def list_all(box: Sandbox, call: Call) -> Page:
        given = [(name, call.params[name]) for name in filters if name in call.params]
        accept: Callable[[Object], bool] = lambda one: all(one[name] == value for name, value in given)  # noqa: E731
        several = len(given) > 1
        return list_page(
            box, call, kind, equal=given[0] if given else None, accept=accept if several else None, url=url
        )

    return list_all


def refusing(method: str, path: str, what: str) -> Endpoint:
    """An address of Stripe's that is not modelled, whatever it is given."""

    def refuse(_: Sandbox, __: Call) -> Object:
        raise unsupported(what)

    return Endpoint(method, path, refuse, refused=True)
