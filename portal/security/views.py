"""Refusals that the security log must know of, whose pages are portal.common's; and ending one's sessions."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from portal.accounts import reauthentication
from portal.accounts.models import User
from portal.common import refusals
from portal.security import sessions
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that came without its token, or from another site."""
    record(SecurityEvent.CSRF, outcome=Outcome.REFUSED, request=request)
    response = refusals.csrf_failure(request, reason)
    response.noted = True  # type: ignore[attr-defined]
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """A limit was reached: ours or allauth's, which finds this view as `handler429`."""
    match = request.resolver_match
    view = match.view_name if match else ""
    record(SecurityEvent.LIMIT, outcome=Outcome.LIMITED, request=request, view=view)
    return refusals.too_many_requests(request)


@login_required
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out one of one's own browsers; somebody else's is a 404."""
    if response := reauthentication.reauthenticate_first(request, back=reverse("usersessions_list")):
        return response
    user = cast(User, request.user)
    if not sessions.end(sessions.of(user).filter(pk=pk), request, "by_owner"):
        raise Http404
    messages.success(request, _("That browser has been signed out."))
    return redirect("usersessions_list")


@login_required
@require_POST
def end_all_sessions(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    if response := reauthentication.reauthenticate_first(request, back=reverse("usersessions_list")):
        return response
    user = cast(User, request.user)
    sessions.end_others(request, user, "by_owner")
    logout(request)
    messages.success(request, _("You’ve been signed out everywhere."))
    return redirect("account_login")
