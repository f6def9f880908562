"""Who does something now: the person signed in to the request being answered, or the portal itself."""

from allauth.core import context
from django.http import HttpRequest

from portal.accounts.models import User
from portal.audit.actor import Actor, Source, SystemActor


def current_request() -> HttpRequest | None:
    """The request being answered; None in a command or a task."""
    request: HttpRequest | None = context.request
    return request


def current_user(request: HttpRequest | None) -> User | None:
    """Who is signed in."""
    user = getattr(request, "user", None)
    return user if isinstance(user, User) else None


def actor_of(user: User | None) -> Actor:
    """`user` as the audit trail names them; nobody means a command or a task."""
    return Actor.user(user) if user else Actor.system(SystemActor.SECURITY)


def source_of(user: User | None) -> Source:
    """The way a change came in."""
    if user is None:
        return Source.SCHEDULE
    return Source.STAFF if user.has_perm("wagtailadmin.access_admin") else Source.CAREGIVER
