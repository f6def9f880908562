"""The booking page costs the same with 400,000 sessions as with a hundred: it reads a month and a day by index."""

import time
from statistics import median

import pytest
from django.db import connection
from django.test import Client

from portal.bookings.models import Service, Session
from tests.factories import CareRecipientFactory, ServiceFactory
from tests.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.quiet, pytest.mark.django_db]

SERVICES = 8
SESSIONS = 400_000
ROUNDS = 9
PAGES = ("", "?service={slug}", "?service={slug}&weekday=3&part=evening", "?service={slug}&month={month}")


def fill(services: list[Service], each: int) -> None:
    """Sessions of an hour, one after the other, most of them over: the last twentieth is ahead."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bookings_session (service_id, starts_at, ends_at, capacity, held, status)"
            " SELECT service, start, start + interval '1 hour', 4, n %% 5, 'open'"
            " FROM unnest(%s) AS service, generate_series(1, %s) AS n,"
            " LATERAL (SELECT date_trunc('hour', now()) + (n - %s) * interval '1 hour' AS start) AS at",
            [[service.pk for service in services], each, each * 19 // 20],
        )
        cursor.execute("ANALYZE bookings_session")


def milliseconds(client: Client, address: str) -> float:
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        assert client.get(address).status_code == 200
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def test_it_costs_the_same_with_400_000_sessions() -> None:
    client = signed_in(CareRecipientFactory().caregiver.user)
    few, many = ServiceFactory.create_batch(2), ServiceFactory.create_batch(SERVICES)
    fill(few, 100)
    month = Session.objects.latest("starts_at").starts_at.strftime("%Y-%m")

    def addresses(service: Service) -> list[str]:
        return ["/book/" + page.format(slug=service.slug, month=month) for page in PAGES]

    before = {page: milliseconds(client, address) for page, address in zip(PAGES, addresses(few[0]), strict=True)}
    fill(many, SESSIONS // SERVICES)
    after = {page: milliseconds(client, address) for page, address in zip(PAGES, addresses(many[0]), strict=True)}
    print({page: (round(before[page], 1), round(after[page], 1)) for page in PAGES})
    assert all(after[page] <= 2 * before[page] + 40 for page in PAGES), (before, after)
