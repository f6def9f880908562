"""People who sign in as people do: with a password, and with a second factor where one is enrolled."""

import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.contrib.auth.models import Group
from django.test import Client

from portal.accounts.models import User
from portal.accounts.roles import STAFF_ROLES, Role
from portal.common import clock
from tests.factories import UserFactory
from tests.security.environment import HOST

PASSWORD = "correct horse battery"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def browser(address: str = "203.0.113.7") -> Client:
    """A browser behind nginx, which adds the `address` that it saw."""
    return Client(headers={"host": HOST, "x-forwarded-proto": "https", "x-forwarded-for": address}, SERVER_NAME=HOST)


def person(role: Role = Role.CAREGIVER, *, verified: bool = True, factor: bool | None = None) -> User:
    """Somebody with an account; staff have a second factor unless it is said otherwise."""
    user: User = UserFactory(password=PASSWORD)
    user.groups.add(Group.objects.get(name=role.value))
    EmailAddress.objects.create(user=user, email=user.email, verified=verified, primary=True)
    if factor if factor is not None else role in STAFF_ROLES:
        totp.TOTP.activate(user, SEED)
    return user


def superuser(*, factor: bool = True) -> User:
    """Somebody who may do everything."""
    user = person(Role.ADMINISTRATOR, factor=factor)
    user.is_superuser = user.is_staff = True
    user.save()
    return user


def standing_clock() -> time_machine.travel:
    """No code of the app ends between reading and typing it, however slow the machine is."""
    return time_machine.travel(clock.now(), tick=False)


def code_now() -> str:
    """What an authenticator app shows for SEED."""
    return totp.format_hotp_value(totp.hotp_value(SEED, next(iter(totp.yield_hotp_counters_from_time()))))


def sign_in(client: Client, user: User, password: str = PASSWORD) -> None:
    """Password, then the second factor where there is one. Raises AssertionError when it is refused."""
    answer = client.post("/accounts/login/", {"login": user.email, "password": password})
    assert answer.status_code == 302, answer.content.decode()
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        assert answer["Location"].startswith("/accounts/2fa/authenticate/"), answer["Location"]
        with standing_clock():
            answer = client.post("/accounts/2fa/authenticate/", {"code": code_now()})
        assert answer.status_code == 302, answer.content.decode()


def signed_in(user: User, address: str = "203.0.113.7") -> Client:
    """A browser in which `user` has just signed in."""
    client = browser(address)
    sign_in(client, user)
    return client
