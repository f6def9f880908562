"""Clients whose session says what a sign-in form would have written there."""

import time

from allauth.account.internal.flows import login
from allauth.account.internal.userkit import user_id_to_str
from django.test import Client

from portal.accounts.models import User


def authenticated(client: Client, user: User, *, method: str = "password", minutes_ago: float = 0) -> None:
    """Note in the session of `client`, who is signed in as `user`, that they proved who they are."""
    session = client.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time() - 60 * minutes_ago}]
    session[login._AUTHENTICATION_METHODS_USER_SESSION_KEY] = user_id_to_str(user)
    session.save()
