"""Whose visits may be recorded, and under what.

Who sends Do Not Track or Global Privacy Control leaves nothing. Everybody else leaves events without a name: no
cookie, no address, nobody is told apart. Only whoever allowed it is told apart, by a hash of a random key that their
account keeps while they allow it. Withdrawing throws the key away, so what is recorded leads to nobody any more.
"""

import hmac
import secrets
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest

from portal.accounts.models import User


def may_record(request: HttpRequest) -> bool:
    """False when the browser says Do Not Track or Global Privacy Control."""
    return request.headers.get("DNT") != "1" and request.headers.get("Sec-GPC") != "1"


def allow(user: User) -> None:
    """From now on this person's events carry one hash; allowing again changes nothing."""
    if not user.visitor_key:
        _set(user, secrets.token_hex(16))


def withdraw(user: User) -> None:
    """No further event carries a hash, and the old ones lead to nobody."""
    _set(user, "")


def _set(user: User, key: str) -> None:
    user.visitor_key = key
    User.objects.filter(pk=user.pk).update(visitor_key=key)


def visitor_of(request: HttpRequest) -> str:
    """The hash that stands for the signed-in person who allowed it; empty for everybody else. Asks nothing of the
    database that the page has not asked already."""
    return visitor_hash(request.user) if isinstance(request.user, User) else ""


def visitor_hash(user: User) -> str:
    """32 hexadecimal digits, or empty without consent."""
    if not user.visitor_key:
        return ""
    return hmac.new(settings.SECRET_KEY.encode(), f"visitor:{user.visitor_key}".encode(), sha256).hexdigest()[:32]
