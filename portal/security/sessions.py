"""Signed-in sessions: how long they last, the list of one's own, and ending them.

`settings.SESSION_LIMITS` says after how long, for staff and for caregivers. A session is looked at, and its row
touched, at most once a minute. A limit waits while the person is in the middle of paying: the apps above say so
through `wait_while()`.
"""

import time
from collections.abc import Callable
from typing import Final, NamedTuple

from allauth.account.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.models import User
from portal.common import clock
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record

KEY: Final = "security_session"  # [started, seen], seconds since the epoch
TOUCH_SECONDS: Final = 60
SWEEP_BATCH: Final = 1_000

_reasons_to_wait: Final[list[Callable[[User], bool]]] = []


class Limits(NamedTuple):
    """Seconds without a request, and seconds since signing in, after which a session ends."""

    idle: int
    absolute: int


def wait_while(is_busy: Callable[[User], bool]) -> None:
    """Let no limit end a session while `is_busy(user)`: called by the apps above when they are ready."""
    _reasons_to_wait.append(is_busy)


def limits_of(user: User) -> Limits:
    """Staff's when they may open the admin, else caregivers'."""
    kind = "staff" if user.has_perm("wagtailadmin.access_admin") else "caregiver"
    return Limits(*settings.SESSION_LIMITS[kind])


def begin(request: HttpRequest) -> None:
    """The session counts from now: called at each sign-in."""
    now = int(time.time())
    request.session[KEY] = [now, now]


def reason_to_end(request: HttpRequest, user: User, *, by_hand: bool) -> str:
    """Why the session has run out, "idle" or "absolute"; empty when it has not.

    `by_hand` is whether a person asked, and not a page by itself: only that counts as use, and touches the session.
    """
    now = int(time.time())
    started, seen = request.session.get(KEY) or (now, 0)
    if now - seen < TOUCH_SECONDS:
        return ""
    limits = limits_of(user)
    reason = "absolute" if now - started >= limits.absolute else "idle" if seen and now - seen >= limits.idle else ""
    if reason and not any(is_busy(user) for is_busy in _reasons_to_wait):
        return reason
    if by_hand or not seen:
        request.session[KEY] = [started, now]
        remember(request)
    return ""


def remember(request: HttpRequest) -> None:
    """Write the session's row in the list of one's sessions: where from, with what, when last."""
    try:
        get_adapter().get_client_ip(request)
    except PermissionDenied:  # a socket file has no address, and the list has no row without one
        return
    UserSession.objects.create_from_request(request)


def of(user: User) -> QuerySet[UserSession]:
    """The person's sessions, the last used first."""
    sessions: QuerySet[UserSession] = UserSession.objects.filter(user=user).order_by("-last_seen_at", "-pk")
    return sessions


def end(sessions: QuerySet[UserSession], request: HttpRequest | None, reason: str) -> int:
    """End these sessions; returns how many."""
    ended = list(sessions)
    for session in ended:
        session.end()
        record(
            SecurityEvent.SESSION_ENDED,
            outcome=Outcome.SUCCESS,
            request=request,
            user_id=session.user_id,
            reason=reason,
        )
    return len(ended)


def end_others(request: HttpRequest, user: User, reason: str) -> int:
    """End every session of `user` but the one of this request; returns how many."""
    return end(of(user).exclude(session_key=request.session.session_key or ""), request, reason)


def sweep() -> int:
    """Delete expired sessions, and the listed ones that are gone, in batches; returns how many rows."""
    return _sweep_expired() + _sweep_listed()


def _sweep_expired() -> int:
    total = 0
    while True:
        expired = Session.objects.filter(expire_date__lt=clock.now()).order_by("expire_date")
        keys = list(expired.values_list("pk", flat=True)[:SWEEP_BATCH])
        total += Session.objects.filter(pk__in=keys, expire_date__lt=clock.now()).delete()[0]
        if len(keys) < SWEEP_BATCH:
            return total


def _sweep_listed() -> int:
    total: int = 0
    last: int = 0
    while True:
        batch = UserSession.objects.filter(pk__gt=last).order_by("pk").values_list("pk", "session_key")[:SWEEP_BATCH]
        listed = dict(batch)
        live = set(Session.objects.filter(pk__in=listed.values()).values_list("pk", flat=True))
        gone = [pk for pk, key in listed.items() if key not in live]
        total += int(UserSession.objects.filter(pk__in=gone).delete()[0])
        if len(listed) < SWEEP_BATCH:
            return total
        last = max(listed)
