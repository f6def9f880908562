"""Care notes are health data: read by coordinators and administrators on two pages, and by no other staff."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import STAFF_ROLES, Role
from portal.bookings.models import Booking
from tests.factories import BookingFactory, UserFactory
from tests.services import ROOT

pytestmark = pytest.mark.django_db
OF_THE_PERSON, OF_THE_BOOKING = "Walks with a frame", "Tired after hospital"
READERS = {Role.COORDINATOR, Role.ADMINISTRATOR}


@pytest.fixture
def booking(settings: Settings) -> Booking:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    booking: Booking = BookingFactory()
    booking.care_recipient.care_notes = OF_THE_PERSON
    booking.care_recipient.save()
    Booking.objects.filter(pk=booking.pk).update(notes=OF_THE_BOOKING, status="confirmed")
    return booking


def pages(booking: Booking) -> list[str]:
    """Everything in the admin that shows a booking, its session or its caregiver."""
    return [
        f"/admin/desk/sessions/{booking.session_id}/",
        f"/admin/desk/bookings/{booking.pk}/",
        f"/admin/desk/register/?day={booking.session.starts_local:%Y-%m-%d}",
        f"/admin/desk/families/{booking.caregiver_id}/",
        f"/admin/desk/families/{booking.caregiver_id}/contact/",
        f"/admin/desk/search/?q={booking.reference}",
        f"/admin/desk/bookings/{booking.pk}/move/",
        f"/admin/desk/bookings/{booking.pk}/cancel/",
        "/admin/desk/",
        "/admin/snippets/bookings/booking/",
        f"/admin/snippets/bookings/session/inspect/{booking.session_id}/",
        f"/admin/payments/payment/inspect/{booking.payments.get().pk}/",
        f"/admin/users/edit/{booking.caregiver.user_id}/",
    ]


@pytest.mark.parametrize("role", sorted(STAFF_ROLES))
def test_only_coordinators_and_administrators_read_them(client: Client, booking: Booking, role: Role) -> None:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    found = {
        (path, note)
        for path in pages(booking)
        for note in (OF_THE_PERSON, OF_THE_BOOKING)
        if note in client.get(path, follow=True).content.decode()
    }
    of_the_day = {(path, note) for path in pages(booking)[:3] for note in (OF_THE_PERSON, OF_THE_BOOKING)}
    of_the_family = {(pages(booking)[3], OF_THE_PERSON)}
    assert found == (of_the_day | of_the_family if role in READERS else set())


def test_the_documents_say_the_same() -> None:
    said = " ".join((ROOT / "docs/privacy/data-map.md").read_text().split())
    assert "Editors, finance and managers have no permission for them." in said
    said = " ".join((ROOT / "docs/privacy/dpia.md").read_text().split())
    assert "only coordinators and administrators have the permission" in said
