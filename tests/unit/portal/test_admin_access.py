"""What no role may do in the admin. Who may open which of its pages: tests/security/test_url_roles.py."""

from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from tests.factories import BookingFactory, UserFactory


def signed_in(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_signed_out_leads_to_sign_in_and_back(db: None, client: Client) -> None:
    assert client.get("/admin/insights/")["Location"] == "/accounts/login/?next=/admin/insights/"


def test_no_status_can_be_edited_by_hand(db: None, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    booking = BookingFactory()
    payment = booking.payments.get()
    client = signed_in(Role.ADMINISTRATOR)
    assert client.post(f"/admin/payments/payment/edit/{payment.pk}/", {"status": "succeeded"}).status_code == 403
    assert client.post(f"/admin/snippets/bookings/booking/edit/{booking.pk}/", {"notes": "x"}).status_code == 403
