"""A service's page says what an editor wrote about it, and what the service itself knows."""

import re
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from home.models import HomePage, ServicePage, ServicesPage
from portal.bookings.models import Service, Session
from portal.common import clock
from tests.factories import ServiceFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(home: HomePage) -> ServicePage:
    service = ServiceFactory(name="Respite", slug="respite", description="<p>The same <b>team</b> comes.</p>")
    return add_page(service, included="<p>Lunch and tea.</p>", faq=[question("Who comes?", "<p>Ann.</p>")])


def add_page(service: Service, **fields: object) -> ServicePage:
    page: ServicePage = ServicesPage.objects.get().add_child(
        instance=ServicePage(title=service.name, service=service, **fields)
    )
    return page


def question(asked: str, answer: str) -> dict[str, object]:
    return {"type": "question", "value": {"question": asked, "answer": answer}}


def body(client: Client, path: str = "/services/respite/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_it_shows_the_services_description_and_the_editors_sections(page: ServicePage, client: Client) -> None:
    shown = body(client)
    assert "<p>The same <b>team</b> comes.</p>" in shown
    assert "<h2>What’s included</h2> <p>Lunch and tea.</p>" in shown
    assert "<summary>Who comes?</summary>" in shown
    assert "<h2>What to bring</h2>" not in shown


def test_its_address_is_the_services_slug(page: ServicePage) -> None:
    assert page.url == "/services/respite/"


def test_the_next_free_dates_lead_to_the_booking_page(page: ServicePage, client: Client) -> None:
    soon, full, late = (
        SessionFactory(service=page.service, starts_at=clock.now() + timedelta(days=days)) for days in (2, 3, 4)
    )
    Session.objects.filter(pk=full.pk).update(held=full.capacity)
    assert re.findall(r"/book/\?service=respite&amp;session=(\d+)", body(client)) == [str(soon.pk), str(late.pk)]


def test_a_place_that_was_taken_is_gone_from_the_dates_at_once(page: ServicePage, client: Client) -> None:
    only = SessionFactory(service=page.service)
    assert f"session={only.pk}" in body(client)
    Session.objects.filter(pk=only.pk).update(held=only.capacity)
    assert "Every session is full at the moment." in body(client)


def test_a_service_that_cannot_be_booked_offers_no_date(page: ServicePage, client: Client) -> None:
    SessionFactory(service=page.service)
    Service.objects.filter(pk=page.service.pk).update(active=False)
    shown = body(client)
    assert "You can’t book this service online at the moment." in shown
    assert "/book/?service=respite" not in shown


def test_the_list_of_services_leads_to_pages_and_describes_services_without_one(
    page: ServicePage, client: Client
) -> None:
    ServiceFactory(name="Day centre", description="<p>Music and lunch.</p>")
    shown = body(client, "/services/")
    assert '<a href="/services/respite/">Respite</a>' in shown
    assert re.search(r"<h2>\s*Day centre\s*</h2>", shown)
    assert "<p>Music and lunch.</p>" in shown
    assert "The same <b>team</b> comes." not in shown


def test_an_unpublished_page_is_not_linked(page: ServicePage, client: Client) -> None:
    page.unpublish()
    assert "/services/respite/" not in body(client, "/services/")


def test_two_pages_about_one_service_are_refused(page: ServicePage) -> None:
    with pytest.raises(ValidationError, match="service"):
        add_page(page.service)


def test_it_costs_eight_queries_whatever_the_number_of_sessions(page: ServicePage, client: Client) -> None:
    for days in range(2, 9):
        SessionFactory(service=page.service, starts_at=clock.now() + timedelta(days=days))
    body(client)
    with CaptureQueriesContext(connection) as counted:
        body(client)
    assert len(counted) == 8, [query["sql"][:120] for query in counted.captured_queries]
