"""What visitors do is recorded without making them wait, and only as far as they allow it."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.models import QuerySet
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from portal.accounts.models import User
from portal.activity import buffer
from portal.activity.buffer import MOST_WAITING, Buffer
from portal.activity.consent import allow, visitor_hash, withdraw
from portal.activity.domain import record
from portal.activity.metrics import FUNNEL_EVENTS, LOST
from portal.activity.models import Activity, ActivityEvent
from portal.activity.privacy import erase, export
from tests.factories import BookingFactory, CaregiverFactory, ServiceFactory, UserFactory
from tests.fakes import FakeGateway
from tests.services import ROOT

pytestmark = pytest.mark.django_db
QUIET = [{"DNT": "1"}, {"Sec-GPC": "1"}]


@pytest.fixture(autouse=True)
def _nothing_waits() -> None:
    buffer.flush()
    ActivityEvent.objects.all().delete()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def asked_by(user: User | AnonymousUser, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/", headers=headers)
    request.user = user
    return request


def viewed(slug: str) -> float:
    found: float = FUNNEL_EVENTS.labels(stage="service_viewed", service=slug)._value.get()
    return found


def lost(reason: str) -> float:
    found: float = LOST.labels(reason=reason)._value.get()
    return found


def written() -> list[tuple[Any, ...]]:
    buffer.flush()
    return list(ActivityEvent.objects.order_by("pk").values_list("activity", "service_id", "object_id", "visitor"))


def test_the_way_from_looking_to_the_deposit_page_leaves_three_events_that_name_nobody(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    service = booking.session.service
    client = signed_in(booking.caregiver.user)
    assert client.get(f"/book/?service={service.slug}").status_code == 200
    assert client.post("/book/", {"service": service.slug}).status_code == 422
    assert client.get(f"/deposit/{booking.reference}/").status_code == 200
    assert written() == [
        (activity, service.pk, "", "")
        for activity in (Activity.SERVICE_VIEWED, Activity.BOOKING_STARTED, Activity.DEPOSIT_PAGE_OPENED)
    ]


def test_a_page_asks_the_database_no_more_for_recording(settings: Settings) -> None:
    service, user = ServiceFactory(), CaregiverFactory().user
    allow(user)
    client, address = signed_in(user), f"/book/?service={service.slug}"
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as recorded:
        client.get(address)
    with CaptureQueriesContext(connection) as unrecorded:
        client.get(address, headers={"DNT": "1"})
    assert len(recorded) == len(unrecorded)
    assert not [query for query in recorded.captured_queries if "activity" in query["sql"]]


@pytest.mark.parametrize("header", QUIET)
def test_a_browser_that_asks_not_to_be_tracked_leaves_nothing(header: dict[str, str], stripe: FakeGateway) -> None:
    booking = BookingFactory()
    slug = booking.session.service.slug
    allow(booking.caregiver.user)
    client, before = signed_in(booking.caregiver.user), viewed(slug)
    client.get(f"/book/?service={slug}", headers=header)
    client.post("/book/", {"service": slug}, headers=header)
    client.get(f"/deposit/{booking.reference}/", headers=header)
    assert (written(), viewed(slug)) == ([], before)


def test_the_metric_counts_each_view_by_service() -> None:
    service, before = ServiceFactory(), 0.0
    client = signed_in(CaregiverFactory().user)
    for _ in range(2):
        client.get(f"/book/?service={service.slug}")
    assert viewed(service.slug) == before + 2


def test_nobody_is_told_apart_who_has_not_allowed_it() -> None:
    for user in (AnonymousUser(), UserFactory()):
        record(asked_by(user), Activity.SERVICE_VIEWED, service_id=1)
    assert [row[3] for row in written()] == ["", ""]


def test_who_allowed_it_has_one_hash_that_is_neither_their_number_nor_their_key() -> None:
    user, other = UserFactory(), UserFactory()
    allow(user)
    allow(user)
    allow(other)
    for who in (user, User.objects.get(pk=user.pk), other):
        record(asked_by(who), Activity.SERVICE_VIEWED, service_id=1)
    first, again, another = (row[3] for row in written())
    assert first == again == visitor_hash(user)
    assert len(first) == 32
    assert another != first != user.visitor_key


def test_withdrawing_and_allowing_again_leads_to_nobodys_old_events() -> None:
    user = UserFactory()
    allow(user)
    record(asked_by(user), Activity.SERVICE_VIEWED, service_id=1)
    before = visitor_hash(user)
    withdraw(user)
    assert (visitor_hash(user), export(user)) == ("", [])
    allow(user)
    assert visitor_hash(user) not in ("", before)
    assert export(user) == []
    assert written() == [("service_viewed", 1, "", before)]


def test_the_copy_has_what_was_linked_and_erasure_cuts_the_link() -> None:
    user = UserFactory()
    allow(user)
    record(asked_by(user), Activity.MEDIA_PLAYED, service_id=None, object_id="lifting")
    buffer.flush()
    assert [(row["activity"], row["what"]) for row in export(user)] == [("Media played", "lifting")]
    erase(user)
    assert (export(user), User.objects.get(pk=user.pk).visitor_key) == ([], "")
    assert ActivityEvent.objects.count() == 1


def test_consent_is_given_and_taken_back_under_your_data() -> None:
    user = CaregiverFactory().user
    client = signed_in(user)
    page = client.get("/profile/your-data/").content.decode()
    assert ("Allow linking my visits" in page, "Stop linking" in page) == (True, False)
    client.post("/profile/your-data/visits/", {"allow": "yes"})
    assert len(User.objects.get(pk=user.pk).visitor_key) == 32
    assert "Stop linking my visits" in client.get("/profile/your-data/").content.decode()
    client.post("/profile/your-data/visits/", {"allow": "no"})
    assert User.objects.get(pk=user.pk).visitor_key == ""
    assert client.get("/profile/your-data/visits/").status_code == 405


def test_the_page_says_when_the_browser_has_decided_already() -> None:
    client = signed_in(CaregiverFactory().user)
    said = "Your browser asks not to be tracked"
    pages = [client.get("/profile/your-data/", headers=header).content.decode() for header in (*QUIET, {})]
    assert [said in page for page in pages] == [True, True, False]


@pytest.mark.parametrize(("ticked", "linked"), [({}, False), ({"link_visits": "on"}, True)])
def test_signing_up_asks_and_takes_nothing_for_granted(ticked: dict[str, str], linked: bool, client: Client) -> None:
    form = {"email": "new@example.com", "password1": "a-long-and-calm-1", "first_name": "A", "last_name": "B"}
    client.post("/accounts/signup/", {**form, **ticked})
    assert bool(User.objects.get(email="new@example.com").visitor_key) is linked


def test_the_demos_caregivers_have_allowed_it_and_staff_have_not(settings: Settings) -> None:
    settings.DEMO = True
    call_command("seed_demo", stdout=StringIO())
    allowed = set(User.objects.exclude(visitor_key="").values_list("email", flat=True))
    assert allowed == {"caregiver@example.com", "caregiver2@example.com"}


def an_event(**fields: Any) -> ActivityEvent:
    return ActivityEvent(activity=Activity.SERVICE_VIEWED, **fields)


def test_while_the_database_is_away_events_wait_and_keep_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Buffer()
    waiting.add(an_event(service_id=1))
    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "bulk_create", refusing(OperationalError))
        assert waiting.flush() == 0
    waiting.add(an_event(service_id=2))
    assert waiting.flush() == 2
    assert list(ActivityEvent.objects.order_by("pk").values_list("service_id", flat=True)) == [1, 2]


def refusing(error: type[Exception]) -> Any:
    def bulk_create(*args: Any, **kwargs: Any) -> None:
        raise error

    return bulk_create


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_counted_and_does_not_keep_the_rest() -> None:
    waiting, before = Buffer(), lost("refused")
    for service_id, item in ((1, "film"), (2, "f" * 1000), (3, "film")):
        waiting.add(an_event(service_id=service_id, object_id=item))
    assert waiting.flush() == 2
    assert list(ActivityEvent.objects.order_by("pk").values_list("service_id", flat=True)) == [1, 3]
    assert (lost("refused"), waiting.flush()) == (before + 1, 0)


def test_no_more_than_the_bound_waits_and_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting, before = Buffer(), lost("full")
    for _ in range(MOST_WAITING + 3):
        waiting.add(an_event())
    assert lost("full") == before + 3
    with monkeypatch.context() as patch:
        patch.setattr(QuerySet, "bulk_create", refusing(OperationalError))
        waiting.flush()
    waiting.add(an_event())
    assert (len(waiting._waiting), lost("full")) == (MOST_WAITING, before + 4)


@pytest.fixture
def fast(settings: Settings) -> Iterator[None]:
    settings.ACTIVITY_FLUSH_SECONDS = 0.02
    yield
    settings.ACTIVITY_FLUSH_SECONDS = 0


@pytest.mark.usefixtures("fast")
def test_the_pages_thread_writes_nothing_and_the_writers_does(monkeypatch: pytest.MonkeyPatch) -> None:
    writers: list[str] = []

    def noted(*args: Any, **kwargs: Any) -> None:
        writers.append(threading.current_thread().name)

    monkeypatch.setattr(QuerySet, "bulk_create", noted)
    Buffer().add(an_event())
    end = time.monotonic() + 10
    while not writers and time.monotonic() < end:
        time.sleep(0.01)
    assert writers == ["activity"]


STOPPED = """
import django
django.setup()
from django.conf import settings
from django.db.models import QuerySet
from portal.activity import buffer
from portal.activity.models import Activity, ActivityEvent
QuerySet.bulk_create = lambda self, rows, batch_size: print([row.service_id for row in rows])
settings.ACTIVITY_FLUSH_SECONDS = 60
buffer.add(ActivityEvent(activity=Activity.SERVICE_VIEWED, service_id=7))
"""


def test_a_process_that_is_stopped_writes_what_waits() -> None:
    done = subprocess.run([sys.executable, "-c", STOPPED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[7]\n"
