"""What people type is shown as they typed it, on every page that shows it, and never as markup, code or a formula."""

import json

import pytest
from django.core import mail

from portal.accounts.roles import Role
from portal.caregivers.models import CareRecipient
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.security.people import person, signed_in, superuser

pytestmark = pytest.mark.django_db
MARKUP = "<img src=x onerror=alert(1)>\"'{{7*7}}"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;&quot;&#x27;{{7*7}}"


@pytest.fixture
def booked() -> CareRecipient:
    """A caregiver's booking of a service, all of it named with markup."""
    user = person()
    user.first_name = user.last_name = "Ann"
    user.save()
    from portal.caregivers.domain import caregiver_of

    recipient = CareRecipientFactory(caregiver=caregiver_of(user), full_name=MARKUP, relationship=MARKUP)
    service = ServiceFactory(name=MARKUP, summary=MARKUP, location=MARKUP)
    BookingFactory(session=SessionFactory(service=service), care_recipient=recipient)
    return recipient


def test_a_caregivers_pages_show_it_as_text(booked: CareRecipient, stripe: FakeGateway) -> None:
    client = signed_in(booked.caregiver.user)
    reference = booked.bookings.get().reference
    for path in ("/dashboard/", "/people/", "/book/", f"/deposit/{reference}/", f"/bookings/{reference}/"):
        page = client.get(path)
        assert page.status_code == 200, path
        text = page.content.decode()
        assert "<img src=x" not in text, path
        assert SHOWN in text, path
        assert "49" not in text.partition("</h1>")[0].rpartition("<h1")[2], path


def test_the_admins_pages_show_it_as_text(booked: CareRecipient) -> None:
    client = signed_in(superuser())
    booking = booked.bookings.get()
    payment = booking.payments.get()
    for path in (
        "/admin/snippets/bookings/booking/",
        f"/admin/desk/bookings/{booking.pk}/",
        f"/admin/desk/families/{booking.caregiver_id}/",
        "/admin/desk/search/?q=Okafor",
        "/admin/snippets/bookings/service/",
        "/admin/payments/payment/",
        f"/admin/payments/payment/inspect/{payment.pk}/",
        "/admin/desk/",
        f"/admin/desk/sessions/{booking.session_id}/",
    ):
        page = client.get(path)
        assert page.status_code == 200, path
        assert "<img src=x" not in page.content.decode(), path


def test_a_figures_address_is_json_whatever_a_service_is_called(booked: CareRecipient) -> None:
    answer = signed_in(person(Role.MANAGER)).get("/admin/insights/data.json")
    assert answer["Content-Type"] == "application/json"
    assert json.loads(answer.content)["kpis"]


def test_a_copy_of_ones_data_is_a_file_and_not_a_page(booked: CareRecipient) -> None:
    client = signed_in(booked.caregiver.user)
    answer = client.post("/profile/your-data/download/")
    assert answer["Content-Disposition"].startswith("attachment"), answer.status_code
    assert answer["Content-Type"] == "application/zip"


def test_a_search_shows_what_was_searched_as_text() -> None:
    client = signed_in(superuser())
    for path in ("/library/", "/admin/snippets/bookings/booking/", "/admin/pages/search/", "/admin/users/"):
        text = client.get(path, {"q": MARKUP, "s": MARKUP}).content.decode()
        assert "<img src=x" not in text, path


def test_no_header_of_a_mail_can_be_added_by_a_name() -> None:
    client = signed_in(person())
    answer = client.post("/people/add/", {"full_name": "Ann\r\nBcc: all@example.com", "relationship": "Mother"})
    assert answer.status_code in (302, 422)
    assert all("Bcc" not in message.extra_headers for message in mail.outbox)
