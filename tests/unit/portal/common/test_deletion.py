"""What bookings and money need is not deleted in the admin; the page says what needs it."""

from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.accounts.models import User
from portal.bookings.models import Booking, Service, Session
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.sign_in import authenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser(client: Client, settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    authenticated(client, user)
    return client


def addresses(booking: Booking) -> dict[str, str]:
    session = booking.session
    snippets, bulk = "/admin/snippets/bookings", "/admin/bulk/bookings"
    return {
        "session": f"{snippets}/session/delete/{session.pk}/",
        "sessions": f"{bulk}/session/delete/?id={session.pk}&id={SessionFactory().pk}",
        "service": f"{snippets}/service/delete/{session.service_id}/",
        "services": f"{bulk}/service/delete/?id={session.service_id}",
        "caregiver": reverse("wagtailusers_users:delete", args=[booking.caregiver.user_id]),
    }


@pytest.mark.parametrize("kind", ["session", "sessions", "service", "services", "caregiver"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_is_refused_before_and_after_the_question(superuser: Client, kind: str, method: str) -> None:
    booking = BookingFactory()
    reply = getattr(superuser, method)(addresses(booking)[kind])
    page = unescape(reply.content.decode())
    assert (reply.status_code, "Nothing has been deleted" in page) == (409, True)
    needed_by = {"service": booking.session, "caregiver": booking.caregiver}.get(kind.rstrip("s"), booking)
    assert str(needed_by) in page
    assert (Session.objects.filter(pk=booking.session_id).exists(), Booking.objects.count()) == (True, 1)


def test_users_are_not_deleted_many_at_once(superuser: Client) -> None:
    caregiver = BookingFactory().caregiver
    reply = superuser.post(f"/admin/bulk/accounts/user/delete/?id={caregiver.user_id}", {"next": "/admin/users/"})
    assert (reply.status_code, User.objects.filter(pk=caregiver.user_id).exists()) == (404, True)


def test_what_nothing_needs_is_deleted(superuser: Client) -> None:
    session, service, user = SessionFactory(), ServiceFactory(), UserFactory()
    assert superuser.post(f"/admin/snippets/bookings/session/delete/{session.pk}/").status_code == 302
    assert superuser.post(f"/admin/snippets/bookings/service/delete/{service.pk}/").status_code == 302
    assert superuser.post(reverse("wagtailusers_users:delete", args=[user.pk])).status_code == 302
    assert not Session.objects.filter(pk=session.pk).exists()
    assert not Service.objects.filter(pk=service.pk).exists()
    assert not User.objects.filter(pk=user.pk).exists()


def test_many_references_are_counted_and_twenty_shown(superuser: Client) -> None:
    service = ServiceFactory()
    for _ in range(23):
        SessionFactory(service=service)
    page = superuser.get(f"/admin/snippets/bookings/service/delete/{service.pk}/").content.decode()
    assert ("Sessions (23)" in page, "and 3 more" in page) == (True, True)
