"""Times read 3:27pm wherever Django, Wagtail or a package writes them."""

import gettext
import re
from datetime import UTC, datetime, time
from html import unescape
from pathlib import Path

import pytest
import time_machine
from babel.messages.pofile import read_po
from django.template import Context, Template
from django.test import Client
from django.utils import formats, translation
from pytest_django import Settings
from wagtail.admin.views.mixins import ExcelDateFormatter

import portal.common
from portal.accounts.models import User
from portal.bookings.models import Service
from portal.common.when import clock_time
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

CATALOGUE = Path(portal.common.__file__).parent / "locale/en_GB/LC_MESSAGES"
AT = datetime(2026, 11, 23, 15, 27, 5)
STOCK = re.compile(r"[ap]\.m\.|\b\d\d?(:\d\d)? [ap]m\b|\bnoon\b")


@pytest.mark.parametrize(
    ("at", "said"), [(time(17), "5pm"), (time(17, 30), "5:30pm"), (time(9, 5), "9:05am"), (time(0), "12am")]
)
def test_a_time_is_said_as_on_our_own_pages(at: time, said: str) -> None:
    assert (formats.time_format(at), clock_time(at)) == (said, said)


def test_a_moment_is_said_with_the_time() -> None:
    assert formats.localize(AT) == "23 Nov 2026, 3:27pm"
    assert formats.date_format(AT, "SHORT_DATETIME_FORMAT") == "23/11/2026 3:27pm"
    assert Template('{{ at }}, {{ at|date:"P" }}').render(Context({"at": AT})) == "23 Nov 2026, 3:27pm, 3:27 pm"


def test_a_spreadsheets_own_format_goes_with_it() -> None:
    assert ExcelDateFormatter().get() == "dd/mm/yyyy h:mmAM/PM"


def test_other_languages_keep_their_own() -> None:
    with translation.override("de"):
        assert formats.localize(AT) == "23. November 2026 15:27"


def test_what_is_compiled_is_what_is_written() -> None:
    with (CATALOGUE / "django.po").open("rb") as file:
        written = {str(message.id): str(message.string) for message in read_po(file) if message.id}
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert {original: compiled.gettext(original) for original in written} == written == {"a.m.": "am", "p.m.": "pm"}


@pytest.fixture
def staff(settings: Settings, client: Client) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    root = User.objects.create_superuser("root@example.com", "correct horse battery")
    client.force_login(root, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.mark.django_db
@time_machine.travel(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
def test_no_listing_of_the_admin_has_another_format(staff: Client, stripe: FakeGateway) -> None:
    booking = BookingFactory()
    payment = pay(booking, stripe)
    said = set()
    for address in (
        "/admin/payments/payment/",
        f"/admin/payments/payment/inspect/{payment.pk}/",
        "/admin/audit/auditevent/",
        "/admin/notifications/notification/",
        "/admin/snippets/bookings/booking/",
        f"/admin/desk/bookings/{booking.pk}/",
        "/admin/snippets/bookings/session/",
        "/admin/reports/site-history/",
        "/admin/users/",
    ):
        reply = staff.get(address)
        assert reply.status_code == 200, address
        text = " ".join(
            unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", reply.content.decode(), flags=re.S)).split()
        )
        assert STOCK.findall(text) == [], address
        said.update(re.findall(r"23 Nov 2026, \S+", text))
    assert {"23 Nov 2026, 12pm"} <= said <= {"23 Nov 2026, 12pm", "23 Nov 2026, 12:30pm", "23 Nov 2026, 12:00:00pm"}


@pytest.mark.django_db
def test_the_button_that_adds_a_row_has_no_capital_in_the_middle(staff: Client, stripe: FakeGateway) -> None:
    BookingFactory()
    page = staff.get(f"/admin/snippets/bookings/service/edit/{Service.objects.get().pk}/").content.decode()
    buttons = {" ".join(text.split()) for text in re.findall(r"(Add [^<]+?)\s*</button>", page)}
    assert buttons >= {"Add refund rule", "Add weekly session"}
    assert ("Refund rule" in page, "Weekly session" in page) == (True, True)  # headings
