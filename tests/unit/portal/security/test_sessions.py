"""Sessions end by themselves, are listed, and are ended by their owner or with a changed lock."""

import time
from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django import Settings

from payments.enums import PaymentStatus
from payments.models import Payment
from portal.accounts.models import User
from portal.accounts.privacy import end_sessions, export
from portal.accounts.roles import Role
from portal.bookings.models import Booking
from portal.common import clock
from portal.security import sessions
from tests.factories import BookingFactory
from tests.unit.portal.security.helpers import PASSWORD, code_now, confirm_password, lines, person, sign_in

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60, 3600, 86400


class Later:
    """Moves the sessions' clock on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds = 0
        monkeypatch.setattr(sessions, "time", SimpleNamespace(time=lambda: time.time() + self.seconds))

    def __call__(self, seconds: int) -> None:
        self.seconds += seconds


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(monkeypatch)


@pytest.fixture(autouse=True)
def _without_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def signed_in(client: Client, user: User) -> bool:
    path = "/admin/account/" if user.has_perm("wagtailadmin.access_admin") else "/profile/"
    return client.get(path).status_code == 200


def browser_of(user: User) -> Client:
    client = Client()
    assert sign_in(client, user).startswith("/")
    return client


@pytest.mark.parametrize(("role", "idle"), [(Role.FINANCE, HOUR), (Role.CAREGIVER, DAY)])
def test_an_unused_session_ends(later: Later, role: Role, idle: int) -> None:
    user = person(role)
    client = browser_of(user)
    later(idle - 10)
    assert signed_in(client, user)
    later(idle + 1)
    assert not signed_in(client, user)
    assert "signed you out after a while" in client.get("/accounts/login/").content.decode()
    assert UserSession.objects.filter(user=user).count() == 0


@pytest.mark.parametrize(
    ("role", "step", "absolute"), [(Role.FINANCE, 50 * MINUTE, 12 * HOUR), (Role.CAREGIVER, 20 * HOUR, 14 * DAY)]
)
def test_a_session_that_is_used_all_the_time_ends_too(later: Later, role: Role, step: int, absolute: int) -> None:
    user = person(role)
    client = browser_of(user)
    steps = 0
    while signed_in(client, user):
        later(step)
        steps += 1
    assert (steps - 1) * step < absolute <= steps * step


def test_signing_in_again_begins_anew(later: Later) -> None:
    user = person()
    client = browser_of(user)
    later(14 * DAY - HOUR)
    client.logout()
    sign_in(client, user)
    later(2 * HOUR)
    assert signed_in(client, user)


def test_the_end_of_a_session_is_in_the_log(later: Later, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "portal.security")
    user = person()
    client = browser_of(user)
    later(2 * DAY)
    lines(caplog)
    signed_in(client, user)
    assert lines(caplog) == [("session_ended", "success", user.pk)]


def test_no_limit_ends_a_session_while_a_place_is_held(later: Later) -> None:
    booking = BookingFactory()
    user = booking.caregiver.user
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() + timedelta(minutes=5))
    later(15 * DAY)
    assert signed_in(client, user)
    Booking.objects.filter(pk=booking.pk).update(hold_expires_at=clock.now() - timedelta(hours=2))
    later(2 * MINUTE)
    assert not signed_in(client, user)


@pytest.mark.parametrize("status", [PaymentStatus.REQUIRES_ACTION, PaymentStatus.PROCESSING])
def test_no_limit_ends_a_session_during_the_banks_check(later: Later, status: PaymentStatus) -> None:
    booking = BookingFactory()
    user = booking.caregiver.user
    payment, _ = Payment.objects.get_or_create(booking=booking, defaults={"amount": 900, "currency": "GBP"})
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(days=1))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    Payment.objects.filter(pk=payment.pk).update(status=status, updated_at=clock.now())
    later(15 * DAY)
    assert signed_in(client, user)


def test_a_page_that_asks_by_itself_is_no_use_of_the_session(later: Later) -> None:
    booking = BookingFactory()
    user = booking.caregiver.user
    Booking.objects.update(hold_expires_at=clock.now() - timedelta(days=1))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for _ in range(3):
        client.get(f"/deposit/{booking.reference}/status.json")
        later(9 * HOUR)
    assert not signed_in(client, user)


def test_a_session_is_written_at_most_once_a_minute(later: Later) -> None:
    user = person()
    client = browser_of(user)
    seen = UserSession.objects.get().last_seen_at
    signed_in(client, user)
    assert UserSession.objects.get().last_seen_at == seen
    later(2 * MINUTE)
    signed_in(client, user)
    assert UserSession.objects.get().last_seen_at > seen


def test_the_list_shows_each_browser_and_signs_out_one() -> None:
    user = person()
    here = browser_of(user)
    there = Client(headers={"User-Agent": "Mozilla/5.0 (Somewhere else)"})
    sign_in(there, user)
    page = here.get("/accounts/sessions/").content.decode()
    assert "This browser" in page
    assert "Somewhere else" in page
    other = UserSession.objects.get(user_agent__contains="Somewhere")
    assert here.get(f"/profile/sessions/{other.pk}/end/").status_code == 405
    assert here.post(f"/profile/sessions/{other.pk}/end/")["Location"] == "/accounts/sessions/"
    assert (signed_in(here, user), signed_in(there, user)) == (True, False)


def test_ending_sessions_from_an_old_one_asks_who_is_there(settings: Settings) -> None:
    user = person()
    here, there = browser_of(user), browser_of(user)
    other = UserSession.objects.get(session_key=there.session.session_key)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    for address in ("/profile/sessions/end/", f"/profile/sessions/{other.pk}/end/"):
        assert here.post(address)["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Fsessions%2F"
    assert (signed_in(here, user), signed_in(there, user)) == (True, True)


def test_somebody_elses_session_is_not_found() -> None:
    mine, theirs = person(), person()
    here, there = browser_of(mine), browser_of(theirs)
    other = UserSession.objects.get(user=theirs)
    assert here.post(f"/profile/sessions/{other.pk}/end/").status_code == 404
    assert signed_in(there, theirs)


def test_signing_out_everywhere() -> None:
    user = person()
    here, there, stranger = browser_of(user), browser_of(user), browser_of(person())
    assert here.post("/profile/sessions/end/")["Location"] == "/accounts/login/"
    assert (signed_in(here, user), signed_in(there, user)) == (False, False)
    assert stranger.get("/profile/").status_code == 200


def test_another_primary_address_ends_the_other_sessions() -> None:
    user = person()
    here, there = browser_of(user), browser_of(user)
    EmailAddress.objects.create(user=user, email="second@example.com", verified=True)
    confirm_password(here)
    here.post("/accounts/email/", {"action_primary": "", "email": "second@example.com"})
    assert (signed_in(here, user), signed_in(there, user)) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_another_second_factor_ends_the_other_sessions() -> None:
    user = person()
    here, there = browser_of(user), browser_of(user)
    confirm_password(here)
    secret = here.get("/accounts/2fa/totp/activate/").context["form"].secret
    here.post("/accounts/2fa/totp/activate/", {"code": code_now(secret)})
    assert (signed_in(here, user), signed_in(there, user)) == (True, False)


def test_another_password_ends_every_session() -> None:
    user = person()
    here, there = browser_of(user), browser_of(user)
    new = {"oldpassword": PASSWORD, "password1": "another calm sentence", "password2": "another calm sentence"}
    here.post("/accounts/password/change/", new)
    assert (signed_in(there, user), UserSession.objects.filter(user=user).count()) == (False, 0)


def test_a_closed_account_has_no_session_left() -> None:
    user = person()
    there = browser_of(user)
    user.is_active = False
    user.save()
    assert not signed_in(there, user)
    assert UserSession.objects.count() == 0


def test_ending_sessions_looks_at_nobody_elses(django_assert_num_queries: Callable[[int], Any]) -> None:
    user, others = person(), [person() for _ in range(3)]
    browser_of(user)
    for other in others:
        browser_of(other)
    with django_assert_num_queries(4):  # find the row; find and delete the session; delete the row
        end_sessions(user)
    assert UserSession.objects.count() == 3


def test_the_copy_of_ones_data_has_the_signed_in_browsers() -> None:
    user = person()
    there = Client(headers={"User-Agent": "Mozilla/5.0"})
    sign_in(there, user)
    [browser] = export(user)["signed_in_browsers"]
    assert (browser["browser"], browser["address"]) == ("Mozilla/5.0", "127.0.0.1")


def test_the_sweep_takes_expired_sessions_and_their_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "SWEEP_BATCH", 2)
    users = [person() for _ in range(5)]
    for user in users:
        browser_of(user)
    kept = UserSession.objects.get(user=users[0])
    Session.objects.exclude(pk=kept.session_key).update(expire_date=clock.now() - timedelta(minutes=1))
    assert sessions.sweep() == 8
    assert [row.pk for row in UserSession.objects.all()] == [kept.pk]
    assert sessions.sweep() == 0
