"""Who may enter which part of the admin: allowed is 200, refused is 403, signed out is sign-in."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from tests.factories import BookingFactory, UserFactory

LEDGER = ("/admin/payments/payment/", "/admin/payments/refund/", "/admin/payments/receivedevent/")
DESK = ("/admin/snippets/bookings/booking/", "/admin/snippets/bookings/session/", "/admin/snippets/bookings/service/")
TEXTS = ("/admin/snippets/notifications/messagetext/",)
MAY_SEE = {
    Role.EDITOR: {*TEXTS},
    Role.COORDINATOR: {*DESK, "/admin/payments/payment/"},
    Role.FINANCE: {*LEDGER, *DESK},
    Role.MANAGER: {*DESK, "/admin/payments/payment/"},
    Role.ADMINISTRATOR: {*LEDGER, *DESK, *TEXTS},
}
EVERYWHERE = (*LEDGER, *DESK, *TEXTS)

pytestmark = pytest.mark.django_db


def signed_in(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.parametrize("role", MAY_SEE)
def test_each_role_sees_its_own_part_and_is_refused_the_rest(role: Role, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    client = signed_in(role)
    answers = {path: client.get(path).status_code for path in EVERYWHERE}
    assert answers == {path: 200 if path in MAY_SEE[role] else 403 for path in EVERYWHERE}


@pytest.mark.parametrize("path", ["/admin/", *EVERYWHERE])
def test_a_caregiver_is_refused(path: str) -> None:
    assert signed_in(Role.CAREGIVER).get(path).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", *EVERYWHERE])
def test_signed_out_leads_to_sign_in(path: str, client: Client) -> None:
    response = client.get(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


def test_staff_without_a_second_factor_are_sent_to_set_it_up() -> None:
    response = signed_in(Role.FINANCE).get("/admin/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/2fa/")


def test_no_status_can_be_edited_by_hand(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    booking = BookingFactory()
    payment = booking.payments.get()
    client = signed_in(Role.ADMINISTRATOR)
    assert client.get(f"/admin/payments/payment/edit/{payment.pk}/").status_code == 403
    assert client.get(f"/admin/snippets/bookings/booking/edit/{booking.pk}/").status_code == 403
    assert client.get(f"/admin/payments/payment/inspect/{payment.pk}/").status_code == 200
    assert client.get(f"/admin/snippets/bookings/booking/inspect/{booking.pk}/").status_code == 200
