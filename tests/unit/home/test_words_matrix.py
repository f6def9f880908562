"""Names and times as people have them, right in every place where a caregiver meets them."""

import json
import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from html import unescape
from io import BytesIO

import pytest
import time_machine
import vobject
from django.core import mail
from django.test import Client
from icalendar import Calendar
from pypdf import PdfReader

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from portal.bookings.models import Booking
from portal.bookings.privacy import export
from portal.notifications.domain.send import send_waiting
from tests.factories import BookingFactory, CareRecipientFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.names import NAMES, TIMES
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def plain(text: str) -> str:
    """Without white space: lines are folded and broken anywhere."""
    return re.sub(r"\s+", "", text)


def words(text: str) -> list[str]:
    """In whatever order: a PDF has the words of a script that is read from the right in the order of the page."""
    return sorted(text.split())


def page_text(client: Client, address: str) -> str:
    """What a page says, without its tags."""
    page = client.get(address).content.decode()
    return plain(unescape(re.sub(r"<[^>]*>", " ", page)))


def pdf_line(content: bytes, begins: str) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    return text.split(begins, 1)[1].split("Booking", 1)[0]


def sent_mail() -> list[tuple[str, str, list[str]]]:
    """Of each email its text, its HTML without tags, and the names of its headers, as a mail program has them."""
    found = []
    while send_waiting():
        pass
    for message in mail.outbox:
        parsed = message_from_bytes(message.message().as_bytes(), policy=policy.default)
        text, html = (parsed.get_body([kind]).get_content() for kind in ("plain", "html"))  # type: ignore[union-attr]
        found.append((plain(text), plain(unescape(re.sub(r"<[^>]*>", " ", html))), list(parsed.keys())))
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_right_everywhere(stripe: FakeGateway, name: str) -> None:
    user = UserFactory(first_name=name, last_name="")
    booking = BookingFactory(care_recipient=CareRecipientFactory(caregiver__user=user, full_name=name))
    apply_intent(stripe.pay(str(open_checkout(booking).payment.intent_id)), cause())
    client, address = signed_in(user), f"/bookings/{booking.reference}/"

    assert f"For{plain(name)}" in page_text(client, address)
    assert f"Paidby{plain(name)}" in page_text(client, f"{address}receipt/")
    year = datetime.now(UTC).year
    assert f"Name{plain(name)}" in page_text(client, f"/statements/{year}/")

    mails = sent_mail()
    assert mails
    for text, html, headers in mails:
        assert (plain(name) in text, plain(name) in html, "Bcc" in headers) == (True, True, False)

    paid_by = pdf_line(client.get(f"{address}receipt.pdf").content, "Paid by")
    assert words(paid_by) == words(name) or plain(paid_by) == plain(name)

    content = client.get(f"{address}calendar.ics").content
    said = f"For{plain(name)}.Bookingreference"
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert plain(str(event["DESCRIPTION"])).startswith(said)
    assert plain(vobject.readOne(content.decode()).vevent.description.value).startswith(said)

    [copied] = json.loads(json.dumps(export(user)))
    assert copied["for"] == name


@pytest.mark.parametrize(("start", "end", "zone", "day", "time"), TIMES, ids=[f"{row[2]}, {row[4]}" for row in TIMES])
def test_a_time_is_right_everywhere(
    stripe: FakeGateway, start: datetime, end: datetime, zone: str, day: str, time: str
) -> None:
    with time_machine.travel(NOW):
        session = SessionFactory(service=ServiceFactory(time_zone=zone), starts_at=start, ends_at=end)
        booking = BookingFactory(session=session)
        apply_intent(stripe.pay(str(open_checkout(booking).payment.intent_id)), cause())
        client, address = signed_in(booking.caregiver.user), f"/bookings/{booking.reference}/"
        shown = plain(f"{day}, {time}")
        assert shown in page_text(client, address)
        assert shown in page_text(client, "/dashboard/")
        confirmed = [mailed for mailed in sent_mail() if plain(day) in mailed[0]]
        assert confirmed
        for text, html, _headers in confirmed:
            assert (plain(time) in text, plain(time) in html) == (True, True)
        pdf = client.get(f"{address}receipt.pdf").content
        content = client.get(f"{address}calendar.ics").content
    day_alone = day.split(" ", 1)[1]
    text = plain("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))
    assert plain(f"Deposit: {session.service.name}, {day_alone}") in text
    for event in (Calendar.from_ical(content).walk("VEVENT")[0],):
        assert (event.start.astimezone(UTC), event.end.astimezone(UTC)) == (start, end)
    theirs = vobject.readOne(content.decode()).vevent
    assert (theirs.dtstart.value.astimezone(UTC), theirs.dtend.value.astimezone(UTC)) == (start, end)
    assert Booking.objects.get().session.starts_at == start
