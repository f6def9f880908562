"""The day's register: everybody who comes, on paper and as a spreadsheet."""

import re
import subprocess
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook
from pypdf import PdfReader

from payments.domain.session_changes import process_session_changes
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.domain.session_changes import cancel_session
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers.models import CareRecipient
from portal.notifications.domain.send import send_waiting
from tests.conftest import CHROMIUM, CHROMIUM_FLAGS
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db
DAY = "2031-03-12"
LONDON = ZoneInfo("Europe/London")


def at(hour: int, day: int = 12) -> datetime:
    return datetime(2031, 3, day, hour, tzinfo=LONDON)


def booked(person: str, session: Session, **details: str) -> Booking:
    return BookingFactory(session=session, care_recipient=CareRecipientFactory(full_name=person, **details))


@pytest.fixture
def overnight() -> Session:
    """From the evening before until the morning of the day."""
    return SessionFactory(starts_at=at(20, 11), ends_at=at(9))


@pytest.fixture
def afternoon() -> Session:
    return SessionFactory(starts_at=at(14), ends_at=at(16))


@pytest.fixture
def people(overnight: Session, afternoon: Session) -> None:
    booked("Rose Okafor", overnight, care_notes="Walks with a frame", emergency_name="Ada Okafor")
    booked("Zoë Ångström", afternoon, care_notes="=1+1", access_needs="Key safe 12")
    other = SessionFactory(starts_at=at(9), ends_at=at(12))  # ends before the day after begins
    booked("Tom Marsh", other)
    SessionFactory(starts_at=at(9, 13), ends_at=at(12, 13))
    gone = booked("Gone Person", afternoon)
    Booking.objects.filter(pk=gone.pk).update(status=BookingStatus.CANCELLED)


def address(day: str = DAY) -> str:
    return f"/admin/desk/register/?day={day}"


def test_everybody_who_comes_is_there_those_who_stay_over_midnight_too(coordinator: Client, people: None) -> None:
    page = said(coordinator.get(address()))
    for text in ("3 people", "Rose Okafor", "Walks with a frame", "Emergency: Ada Okafor", "Zoë Ångström", "Tom Marsh"):
        assert text in page, text
    assert "Gone Person" not in page
    before, after = (said(coordinator.get(address(day))) for day in ("2031-03-11", "2031-03-13"))
    assert "Rose Okafor" in before
    assert "No one is booked on this session." in after
    assert "Rose Okafor" not in after


def test_what_is_due_is_said(coordinator: Client, stripe: FakeGateway, afternoon: Session) -> None:
    pay(booked("Rose Okafor", afternoon), stripe)
    assert "£33.75" in said(coordinator.get(address()))


def test_the_spreadsheet_has_names_times_and_needs_and_runs_nothing(coordinator: Client, people: None) -> None:
    reply = coordinator.get(f"{address()}&format=xlsx")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="register-2031-03-12.xlsx"'
    head, *rows = load_workbook(BytesIO(reply.content)).active.iter_rows(values_only=True)
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert [(line["Person"], line["Starts"], line["Ends"], line["Care needs"]) for line in lines] == [
        ("Rose Okafor", datetime(2031, 3, 11, 20), datetime(2031, 3, 12, 9), "Walks with a frame"),
        ("Tom Marsh", datetime(2031, 3, 12, 9), datetime(2031, 3, 12, 12), None),
        ("Zoë Ångström", datetime(2031, 3, 12, 14), datetime(2031, 3, 12, 16), "'=1+1"),
    ]


@pytest.mark.parametrize("day", ["", "nonsense", "9999-99-99", "0001-01-01"])
def test_a_day_that_is_none_is_today(coordinator: Client, day: str) -> None:
    assert coordinator.get(address(day)).status_code == 200


def test_it_costs_the_same_however_many_come(coordinator: Client, people: None, afternoon: Session) -> None:
    costs = []
    for name in ("Ann Bell", "Bea Cole", "Cal Dunn"):
        with CaptureQueriesContext(connection) as queries:
            coordinator.get(address())
        costs.append(len(queries))
        Session.objects.filter(pk=afternoon.pk).update(capacity=20)
        booked(name, afternoon)
    assert costs[1] == costs[2]


def test_on_paper_there_are_the_names_and_nothing_of_the_admin(
    coordinator: Client, people: None, tmp_path: Path
) -> None:
    html = coordinator.get(address()).content.decode()
    paper = printed(html, tmp_path)
    for text in ("Register for Wednesday 12 March 2031", "Rose Okafor", "Zoë Ångström", "Tom Marsh", "Key safe 12"):
        assert text in paper, text
    for chrome in ("Book by phone", "Download as XLSX", "Back to the day", "Care desk", "Search", "Log out"):
        assert chrome not in paper, chrome


def printed(html: str, folder: Path) -> str:
    """The text of the page as Chromium prints it, with its own styles and scripts from this machine."""
    local = re.sub(r'(href|src)="/static/([^"?]+)[^"]*"', _on_disk, html)
    (folder / "page.html").write_text(local)
    options = ("--allow-file-access-from-files", "--virtual-time-budget=5000", f"--user-data-dir={folder}/profile")
    files = (f"--print-to-pdf={folder}/page.pdf", f"file://{folder}/page.html")
    command = [str(CHROMIUM), *CHROMIUM_FLAGS, *options, *files]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = PdfReader(folder / "page.pdf").pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def _on_disk(found: re.Match[str]) -> str:
    return f'{found[1]}="file://{finders.find(found[2]) or found[2]}"'


def test_who_was_booked_stays_in_sight_after_the_session_is_cancelled(
    coordinator: Client, stripe: FakeGateway, afternoon: Session
) -> None:
    paid, open_one = booked("Rose Okafor", afternoon), booked("Tom Marsh", afternoon)
    pay(paid, stripe)
    left_before = booked("Gone Person", afternoon)
    Booking.objects.filter(pk=left_before.pk).update(status=BookingStatus.EXPIRED)
    cancel_session(afternoon.pk, cause=Cause(Actor.user(UserFactory()), Source.STAFF), message="Our carer is ill.")
    page = f"/admin/desk/sessions/{afternoon.pk}/"
    assert "Not emailed yet" in said(coordinator.get(page))
    process_session_changes()
    send_waiting()
    text = said(coordinator.get(page))
    assert "Who was booked" in text
    for person, booking in (("Rose Okafor", paid), ("Tom Marsh", open_one)):
        assert f"{person} Booked by Amara Okafor Email to {booking.caregiver.user.email}: Sent" in text
    assert "£11.25 refunded" in text
    assert "Gone Person" not in text
    assert CareRecipient.objects.count() == 3
