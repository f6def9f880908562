"""Asks who is there, before money goes back or personal data leaves: an open browser is not proof of a person.

Signing in counts, too, so nobody is asked twice in fifteen minutes (ACCOUNT_REAUTHENTICATION_TIMEOUT). Whoever has a
second factor shows that; their password alone is not enough. allauth asks by itself before email addresses and
factors change, and there a new sign-in does not count.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

View = Callable[..., HttpResponse]

STASH: Final = "reauthentication_typed"
NOT_KEPT: Final = ("password", "csrfmiddlewaretoken")


def is_recent(request: HttpRequest) -> bool:
    """Whether the person showed their factor, or a password where they have none, within the timeout."""
    needs_factor = is_mfa_enabled(request.user)
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    return any(
        record["at"] > since and (not needs_factor or record["method"] == "mfa")
        for record in get_authentication_records(request, request.user)
    )


def reauthenticate_first(request: HttpRequest, *, back: str = "") -> HttpResponse | None:
    """None when the authentication is recent; else the way to the question, and from there to `back` (or this page).

    A form that was sent is not carried out. What was typed is kept for `typed`, without passwords.
    """
    if is_recent(request):
        return None
    methods = get_adapter().get_reauthentication_methods(request.user)
    if not methods:
        messages.warning(request, _("Choose a password first. We’ll email you a link."))
        return redirect("account_reset_password")
    if request.method == "POST":
        request.session[STASH] = {"path": request.path, "typed": _without_secrets(request.POST).urlencode()}
        messages.info(request, _("We haven’t changed anything yet. Confirm it’s you, then send the form again."))
    return question(request, back=back or request.get_full_path())


def question(request: HttpRequest, *, back: str) -> HttpResponse:
    """The page that asks who is there, with the factor where one is enrolled; from there it goes on to `back`."""
    method = get_adapter().get_reauthentication_methods(request.user)[0]
    return redirect(f"{method['url']}?{urlencode({'next': back})}")


def _without_secrets(sent: QueryDict) -> QueryDict:
    safe = sent.copy()
    for name in sent:
        if any(secret in name for secret in NOT_KEPT):
            del safe[name]
    return safe


def typed(request: HttpRequest) -> QueryDict | None:
    """What a form of this page held when somebody was sent away from it, once; to show, not to carry out."""
    stash = request.session.get(STASH)
    if request.method != "GET" or not stash or stash["path"] != request.path:
        return None
    del request.session[STASH]
    return QueryDict(stash["typed"])


def with_factor(view: View) -> View:
    """For a form that asks the password itself: whoever has a second factor shows that, too."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = (
            reauthenticate_first(request) if request.user.is_authenticated and is_mfa_enabled(request.user) else None
        )
        return response or view(request, *args, **kwargs)

    return wrapped
