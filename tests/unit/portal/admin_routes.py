"""Every address under /admin/, and whether it is ours or Wagtail's own."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

OURS = ("portal", "payments", "insights", "home")
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
REGEX_PARAMETER = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
WAGTAIL_FOLDERS = frozenset(
    [
        "", ".*", "account", "api", "block-preview", "bulk", "choose-anchor-link", "choose-email-link",
        "choose-external-link", "choose-page", "choose-phone-link", "collections", "dismissibles", "documents",
        "editing-sessions", "embeds", "failwhale", "forms", "groups", "images", "jsi18n", "login", "logout",
        "modeladmin", "pages", "password_reset", "redirects", "reports", "settings", "sites", "snippets", "sprite",
        "tag-autocomplete", "test404", "users", "workflows",
    ]
)  # fmt: skip


def our_admin_routes() -> set[str]:
    """Routes under /admin/ of our views and of our models, as `payments/payment/edit/<instance_pk>/`."""
    under = ((route.removeprefix("admin/"), view) for route, view in _walk(get_resolver().url_patterns))
    routes = {_plain(route): view for route, view in under}
    return {r for r, view in routes.items() if r.split("/")[0] not in WAGTAIL_FOLDERS or _is_ours(r, view)}


def _walk(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if prefix == "" and not route.startswith("admin/"):
            continue
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern.callback


def _plain(route: str) -> str:
    """One spelling for path() and re_path()."""
    named = REGEX_PARAMETER.sub(r"<\1>", route).replace("^", "").replace("$", "").replace("\\.", ".")
    return PARAMETER.sub(r"<\1>", named)


def _is_ours(route: str, view: Any) -> bool:
    if view.__module__ == "portal.stock_urls":  # Wagtail's screens, closed or replaced: see tests/security
        return False
    owners = [view.__module__, getattr(getattr(view, "view_class", None), "__module__", "")]
    if route.startswith("snippets/"):
        owners.append(getattr(getattr(view, "view_initkwargs", {}).get("model"), "__module__", ""))
    return any(owner.split(".")[0] in OURS for owner in owners)


def address(route: str, extra: Mapping[str, Any]) -> str:
    """The route with its parameters filled in: from `extra`, else the newest row of the route's own model, else 1."""
    return "/admin/" + PARAMETER.sub(lambda match: str(extra.get(match[1]) or key_of_a_row(route)), route)


def key_of_a_row(route: str) -> Any:
    parts = [part for part in route.split("/") if part not in ("snippets", "choose")]
    try:
        model = apps.get_model("accounts.User") if parts[0] == "users" else apps.get_model(parts[0], parts[1])
    except (LookupError, IndexError):
        return 1
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 1
