"""Names as people have them, right in every page and every spreadsheet where staff meet them."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from io import BytesIO, StringIO
from typing import Final

import pytest
import time_machine
from django.test import Client
from openpyxl import load_workbook
from pytest_django import Settings
from wagtail.models import Page

from home.models import ContentPage
from insights.exports import Table, as_csv, as_xlsx
from payments.domain.refunds.request import request_refund
from payments.enums import RefundReason
from payments.models import Payment
from portal.accounts.models import User
from portal.bookings.models import Booking
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause, pay
from tests.names import NAMES, TIMES

pytestmark = pytest.mark.django_db
FORMULAS = ['=HYPERLINK("x")', "＝1+1", " =1+1", "\u3000＠x", "\u200b=1", "\ufeff+1", "-1", "\t@x", "\nx", "﹦1"]
WORDS = tuple(dict.fromkeys((*NAMES, *FORMULAS)))


def plain(text: str) -> str:
    """Without white space: an XML file has one kind of line break alone."""
    return re.sub(r"\s+", "", text)


def cells_of_csv(content: bytes) -> list[str]:
    return [cell for row in csv.reader(StringIO(content.decode(), newline="")) for cell in row]


def cells_of_xlsx(content: bytes) -> list[str]:
    cells = [cell for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}  # no formula
    return [str(cell.value) for cell in cells]


Read = Callable[[bytes], list[str]]
FORMATS: Final[dict[str, Read]] = {"csv": cells_of_csv, "xlsx": cells_of_xlsx}
READERS = pytest.mark.parametrize(("kind", "read"), FORMATS.items(), ids=FORMATS)


@pytest.fixture
def staff(settings: Settings, client: Client) -> Client:
    """Signed in with every permission."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    root = User.objects.create_superuser("root@example.com", "correct horse battery")
    client.force_login(root, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def exported(staff: Client, address: str, kind: str) -> bytes:
    reply = staff.get(address, {"export": kind})
    assert reply.status_code == 200
    return b"".join(reply.streaming_content) if reply.streaming else reply.content  # type: ignore[attr-defined]


def right(word: str) -> str:
    """As a cell has it: a formula is text, by an apostrophe before it."""
    return plain(f"'{word}" if word in FORMULAS else word)


def shown(staff: Client, address: str) -> str:
    """What a page says, without its tags."""
    reply = staff.get(address)
    assert reply.status_code == 200, address
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", reply.content.decode(), flags=re.DOTALL)
    return plain(unescape(re.sub(r"<[^>]*>", " ", page)))


@READERS
@pytest.mark.parametrize("word", WORDS)
def test_a_kpi_by_name_is_right_in_a_spreadsheet(kind: str, read: Read, word: str) -> None:
    table = Table("Most used", ("Item",), [(word,)])
    content = as_csv(table) if kind == "csv" else as_xlsx([table])
    assert [plain(cell) for cell in read(content)] == ["Item", right(word)]


@READERS
def test_a_name_in_the_ledger_is_right_in_a_spreadsheet(
    staff: Client, stripe: FakeGateway, kind: str, read: Read
) -> None:
    pay(BookingFactory(), stripe)
    payment = Payment.objects.get()
    for word in WORDS:
        request_refund(payment.pk, amount=1, reason=RefundReason.GOODWILL, cause=cause(), note=word)
    cells = {plain(cell) for cell in read(exported(staff, "/admin/payments/refund/", kind))}
    assert {right(word) for word in WORDS} <= cells
    assert not cells & {plain(word) for word in FORMULAS}


def test_a_title_is_right_in_wagtails_own_reports(staff: Client) -> None:
    home = Page.objects.get(depth=1)
    for number, word in enumerate(WORDS):
        page = home.add_child(instance=ContentPage(title=word, slug=f"page-{number}"))
        page.save_revision(log_action=True).publish()
    for report in ("site-history", "aging-pages"):
        for kind, read in FORMATS.items():
            cells = {plain(cell) for cell in read(exported(staff, f"/admin/reports/{report}/", kind))}
            assert {right(word) for word in WORDS} <= cells, (report, kind)
            assert not cells & {plain(word) for word in FORMULAS}, (report, kind)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_what_no_spreadsheet_can_hold_does_not_break_wagtails_report(staff: Client, kind: str) -> None:
    home = Page.objects.get(depth=1)
    home.add_child(instance=ContentPage(title="A quiet\x0b minute", slug="pasted")).save_revision(log_action=True)
    assert "A quiet minute" in FORMATS[kind](exported(staff, "/admin/reports/site-history/", kind))


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_right_on_every_page_of_the_admin(staff: Client, stripe: FakeGateway, name: str) -> None:
    user = UserFactory(first_name=name, last_name="")
    booking: Booking = BookingFactory(care_recipient=CareRecipientFactory(caregiver__user=user, full_name=name))
    pay(booking, stripe)
    payment, session = Payment.objects.get(), booking.session
    addresses = (
        f"/admin/desk/sessions/{session.pk}/",
        f"/admin/desk/bookings/{booking.pk}/",
        f"/admin/desk/bookings/{booking.pk}/move/",
        f"/admin/desk/bookings/{booking.pk}/cancel/",
        f"/admin/desk/phone/{booking.caregiver_id}/?session={session.pk}",
        "/admin/snippets/bookings/booking/",
        f"/admin/desk/families/{booking.caregiver_id}/",
        f"/admin/desk/register/?day={session.starts_local:%Y-%m-%d}",
        f"/admin/desk/search/?q={booking.reference}",
        f"/admin/payments/payment/inspect/{payment.pk}/",
        "/admin/users/",
    )
    assert [address for address in addresses if plain(name) not in shown(staff, address)] == []


@pytest.mark.parametrize(("start", "end", "zone", "day", "time"), TIMES, ids=[f"{row[2]}, {row[4]}" for row in TIMES])
def test_a_time_is_right_on_every_page_of_the_admin(
    staff: Client, start: datetime, end: datetime, zone: str, day: str, time: str
) -> None:
    with time_machine.travel(datetime(2026, 11, 2, 9, tzinfo=UTC)):
        session = SessionFactory(service=ServiceFactory(time_zone=zone), starts_at=start, ends_at=end)
        booking = BookingFactory(session=session)
        addresses = (
            f"/admin/desk/sessions/{session.pk}/",
            f"/admin/desk/bookings/{booking.pk}/",
            f"/admin/desk/bookings/{booking.pk}/cancel/",
            f"/admin/desk/families/{booking.caregiver_id}/",
        )
        pages = {address: shown(staff, address) for address in addresses}
    said = plain(f"{day}, {time}")
    assert [address for address, page in pages.items() if said not in page] == []
