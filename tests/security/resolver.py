"""Every pattern of the resolver, shadowed ones too. Run as a module it prints the views that may not be mounted."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from django.urls import URLPattern, URLResolver, get_resolver

DJANGOS: Final = "django.contrib.auth.views"


def patterns(within: Iterable[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """(route, view) of every pattern, in the order in which they are tried."""
    for pattern in get_resolver().url_patterns if within is None else within:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def django_account_views() -> list[str]:
    """Routes whose view is, subclasses or wraps one of Django's own views for signing in and out and passwords."""
    return [route for route, view in patterns() if any(map(_is_djangos, _inside(view, set())))]


def _is_djangos(candidate: object) -> bool:
    return isinstance(candidate, type) and any(base.__module__ == DJANGOS for base in candidate.__mro__)


def _inside(view: Callable[..., Any], seen: set[int]) -> Iterator[object]:
    """The view, its class, and whatever functions and classes its decorators hold."""
    if id(view) in seen:
        return
    seen.add(id(view))
    yield view
    held = [getattr(view, name, None) for name in ("view_class", "cls", "func", "__wrapped__", "__func__")]
    held += [cell.cell_contents for cell in getattr(view, "__closure__", None) or ()]
    for thing in held:
        if callable(thing):
            yield from _inside(thing, seen)


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(django_account_views()))
