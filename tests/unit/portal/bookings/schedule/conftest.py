"""A coordinator on a Wednesday in December, and a service every Monday at 2pm."""

from datetime import time
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from portal.bookings.domain.availability import generate_upcoming
from portal.bookings.models import Availability, Service
from tests.factories import ServiceFactory
from tests.unit.portal.bookings.schedule.forms import MONDAY
from tests.unit.portal.coordination.staff import staff_with


@pytest.fixture(autouse=True)
def _a_wednesday_in_december(settings: Settings) -> Any:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    with time_machine.travel("2026-12-02T09:00:00Z", tick=False):
        yield


@pytest.fixture
def coordinator() -> Client:
    return staff_with(Role.COORDINATOR)


@pytest.fixture
def service() -> Service:
    """Mondays at 2pm, four places, with its sessions."""
    service = ServiceFactory(slug="music-afternoon")
    Availability.objects.create(service=service, weekday=MONDAY, start_time=time(14), capacity=4)
    generate_upcoming(stored := Service.objects.get())
    return stored
