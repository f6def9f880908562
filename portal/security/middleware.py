"""Refusals, which the security log cannot learn from a signal, and sessions that have run out."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.security import sessions
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RefusalLogMiddleware:
    """Notes each 403: a missing permission, wherever it was found missing. A form without its token notes itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 403 and not hasattr(response, "noted"):
            match = request.resolver_match
            record(
                SecurityEvent.PERMISSION,
                outcome=Outcome.REFUSED,
                request=request,
                view=match.view_name if match else "",
                method=request.method,
            )
        return response


class SessionLimitsMiddleware:
    """Ends sessions that have run out; what is asked for is then answered as to anybody who is not signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            by_hand = not request.path.endswith(".json")  # pages ask for those by themselves
            if reason := sessions.reason_to_end(request, request.user, by_hand=by_hand):
                self._end(request, request.user, reason)
        return self.get_response(request)

    @staticmethod
    def _end(request: HttpRequest, user: User, reason: str) -> None:
        sessions.of(user).filter(session_key=request.session.session_key).delete()
        record(SecurityEvent.SESSION_ENDED, outcome=Outcome.SUCCESS, request=request, user_id=user.pk, reason=reason)
        request.session.flush()
        request.user = AnonymousUser()
        messages.info(request, _("To protect your account we’ve signed you out after a while. Sign in to go on."))
