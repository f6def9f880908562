"""Deleting in the admin what other rows need is refused with those rows, before anybody is asked to confirm.

The database protects bookings and money. Wagtail's own list of uses leaves them out (they are no content), so its
page would promise that nothing uses the object, and the deletion would then fail.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from django.db import router
from django.db.models import Model, ProtectedError, RestrictedError
from django.db.models.deletion import Collector
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail import hooks

from portal.common.admin_page import admin_page

SHOWN: Final = 20  # of each kind
Refusal = ProtectedError | RestrictedError
REFUSALS: Final = (ProtectedError, RestrictedError)


class DeletionMiddleware:
    """Answers for every other view that deletes: bulk actions, users, collections."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        """The page instead of a 500."""
        return refused(request, error) if isinstance(error, REFUSALS) else None


@hooks.register("before_delete_snippet")
def refuse_deleting_snippets(request: HttpRequest, instances: Sequence[Model]) -> HttpResponseBase | None:
    """Before the question, for one snippet or a selection."""
    sentence = refusal(instances)
    return refused(request, sentence) if sentence else None


@hooks.register("before_delete_user")
def refuse_deleting_a_user(request: HttpRequest, user: Model) -> HttpResponseBase | None:
    """Before the question."""
    sentence = refusal([user])
    return refused(request, sentence) if sentence else None


def refusal(instances: Sequence[Model]) -> Refusal | None:
    """What deleting all of them would fail with."""
    if not instances:
        return None
    collector = Collector(using=router.db_for_write(type(instances[0])))
    try:
        collector.collect(instances)
    except REFUSALS as error:
        return error
    return None


def refused(request: HttpRequest, error: Refusal) -> HttpResponseBase:
    """409, with what needs the object."""
    rows = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    context = {"kinds": _by_kind(rows)}
    title = _("This can’t be deleted")
    response = admin_page(request, "portal/admin/protected.html", context, title=title, icon="warning", status=409)
    rendered: HttpResponseBase = response.render()
    return rendered


def _by_kind(rows: Iterable[Model]) -> list[dict[str, Any]]:
    counts: Counter[type[Model]] = Counter()
    shown: dict[type[Model], list[str]] = defaultdict(list)
    for row in rows:
        counts[type(row)] += 1
        if counts[type(row)] <= SHOWN:
            shown[type(row)].append(str(row))
    return [
        {
            "name": capfirst(str(kind._meta.verbose_name_plural)),
            "count": count,
            "rows": shown[kind],
            "more": count - len(shown[kind]),
        }
        for kind, count in counts.items()
    ]
