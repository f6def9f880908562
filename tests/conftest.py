"""Fixtures that every test may use. No request leaves the machine."""

import gc
import shutil
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import transaction
from pytest_django import DjangoDbBlocker
from pytest_socket import socket_allow_hosts

from payments.models import Payment
from portal.bookings.models import Booking
from tests.factories import BookingFactory, CaregiverFactory, ServiceFactory, SessionFactory
from tests.fakes import FakeGateway, use_gateway
from tests.ledger import pay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
CHROMIUM_FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_collection_finish() -> None:
    """Modules are never garbage: leaving them out of each collection takes a tenth off the suite."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _stay_on_this_machine() -> None:
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _clean_caches() -> Iterator[None]:
    yield
    for cache in caches.all():
        cache.clear()


@pytest.fixture(scope="session")
def browser() -> Iterator["Browser"]:
    """Debian's Chromium, headless, one for all browser tests of this process."""
    from playwright.sync_api import sync_playwright  # a second of its own, which most tests do without

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def module_transaction(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Around all tests of a module: rows of its module fixtures are there for each test, and gone afterwards.

    Not for a module with a test that needs `transaction=True`.
    """
    around = transaction.atomic()
    with django_db_blocker.unblock():
        around.__enter__()
    yield
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        around.__exit__(None, None, None)


@pytest.fixture(scope="module")
def installed_site(module_transaction: None, django_db_blocker: DjangoDbBlocker) -> None:
    """What `bootstrap_site` makes of an empty installation; a second of its own, so once for a module."""
    with django_db_blocker.unblock():
        call_command("bootstrap_site", verbosity=0)


@pytest.fixture
def stripe(monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """A provider in memory, for what the sandbox cannot be told to do at one precise moment."""
    return use_gateway(FakeGateway(), monkeypatch)


@pytest.fixture
def service(db: None) -> ServiceFactory:
    return ServiceFactory()


@pytest.fixture
def session(db: None) -> SessionFactory:
    return SessionFactory()


@pytest.fixture
def caregiver(db: None) -> CaregiverFactory:
    return CaregiverFactory()


@pytest.fixture
def booking(db: None) -> BookingFactory:
    """A booking that awaits its deposit, with its payment written."""
    return BookingFactory()


@pytest.fixture
def paid(booking: Booking, stripe: FakeGateway) -> Payment:
    """The deposit of `booking`, paid: £11.25."""
    return pay(booking, stripe)
