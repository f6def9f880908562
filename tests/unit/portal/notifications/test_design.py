"""Every email that there is, ours, allauth's and Wagtail's: HTML and text that say the same, in our design."""

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

import pytest
import wagtail.admin
from django.conf import settings as django_settings
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.template.loader import get_template

from portal.caregivers.erasure import LAST_SUBJECT, LAST_WORDS
from portal.notifications.domain import send
from portal.notifications.domain.render import Message, rendered
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from portal.notifications.templates import REGISTRY, MessageTemplate, register
from portal.security import account_mail, messages
from tests.factories import UserFactory
from tests.names import NAMES
from tests.services import ROOT

pytestmark = pytest.mark.django_db

SITE: Final = "http://127.0.0.1:8000"


class Reader(HTMLParser):
    """What a person reads of an HTML email, where its links lead, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.loaded: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in ("style", "title")
        for name, value in attributes:
            if name == "href":
                self.links.append(value or "")
            if name in ("src", "background") or tag in ("link", "script", "img"):
                self.loaded.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def read(message: str) -> Reader:
    reader = Reader()
    reader.feed(message)
    return reader


def email_of(template: MessageTemplate, **changed: str) -> Message:
    values = {**template.samples, **changed}
    return rendered(template.subject, template.body, template.button, values, template.details)


def every_email() -> Iterator[Any]:
    for key, template in sorted(REGISTRY.items()):
        yield pytest.param(email_of(template), id=key)
    changed = messages.ACCOUNT_CHANGED
    for prefix, change in account_mail.CHANGES.items():
        yield pytest.param(email_of(changed, change=str(change)), id=prefix)
    yield pytest.param(rendered(LAST_SUBJECT, LAST_WORDS, "", {}), id="erased")


@pytest.mark.parametrize("message", every_email())
def test_html_and_text_say_the_same_and_nothing_is_left_to_fill_in(message: Message) -> None:
    reader, text = read(message.html), " ".join(message.text.split())
    assert "\n" not in message.subject
    for part in (message.subject, reader.text, text):
        assert not re.search(r"\{\w*\}", part)
    for paragraph in message.paragraphs:
        sentence = " ".join(paragraph.split())
        assert (sentence in reader.text, sentence in text) == (True, True)
    for label, value in message.details:
        assert f"{label} {value}" in reader.text
        assert f"{label}: {value}\n" in message.text
    for contact in ("Hearth & Hand", "0117 496 0000", "hello@example.org", "12 Orchard Lane, Bristol BS1 4QA", SITE):
        assert (contact in reader.text, contact in text) == (True, True)


@pytest.mark.parametrize("message", every_email())
def test_links_lead_to_our_site_and_nothing_is_loaded_from_afar(message: Message) -> None:
    reader = read(message.html)
    contacts = ["tel:01174960000", "mailto:hello@example.org", f"{SITE}/"]
    assert reader.links == [*([message.url] * 2 if message.url else []), *contacts]
    assert all(link.startswith((f"{SITE}/", "tel:", "mailto:")) for link in reader.links)
    assert reader.loaded == []
    if message.url:
        assert f"{message.button}: {message.url}\n" in message.text


def test_each_email_about_a_booking_has_its_facts_as_a_table() -> None:
    without = {key for key, template in REGISTRY.items() if "reference" in template.samples and not template.details}
    assert without == set()
    for template in REGISTRY.values():
        assert {name for _, name in template.details} <= set(template.samples)


def test_each_of_wagtails_emails_takes_our_layout() -> None:
    folder = Path(wagtail.admin.__file__).parent / "templates/wagtailadmin/notifications"
    stock = {path.name: path.read_text() for path in folder.glob("*.html") if path.name != "base.html"}
    assert stock.keys() >= {"task_state_submitted.html", "workflow_state_approved.html", "updated_comments.html"}
    for source in stock.values():
        assert "{% extends 'wagtailadmin/notifications/base.html' %}" in source
    base = get_template("wagtailadmin/notifications/base.html").template  # type: ignore[attr-defined]
    assert Path(base.origin.name).is_relative_to(ROOT / "templates")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_same_in_html_text_and_subject(name: str) -> None:
    message = email_of(REGISTRY["booking_confirmed"], person=name, name=name, service=name)
    shown, reader = " ".join(name.split()), read(message.html)
    assert ("For", shown) in message.details
    assert f"For: {shown}\n" in message.text
    assert f"For {shown}" in reader.text
    assert f"Dear {shown}," in reader.text
    assert f"<bdi>{html.escape(shown)}</bdi>" in message.html
    assert message.subject == f"Your booking is confirmed: {shown} on Thursday 3 December 2026"


@pytest.mark.parametrize("name", NAMES)
def test_a_name_makes_no_header(name: str) -> None:
    template = REGISTRY["booking_confirmed"]
    values = {**template.samples, "service": name}
    send(template, to=UserFactory(email="ada@example.com"), context=values, dedupe_key="one")
    send_waiting()
    [email] = mail.outbox
    sent = email.message()
    assert sent.get_all("To") == ["ada@example.com"]
    assert sent.get_all("From") == [django_settings.DEFAULT_FROM_EMAIL]
    assert (sent["Bcc"], sent["Cc"]) == (None, None)
    assert email.subject == f"Your booking is confirmed: {' '.join(name.split())} on Thursday 3 December 2026"


def test_a_value_that_an_earlier_release_did_not_queue_is_left_out() -> None:
    template = REGISTRY["booking_confirmed"]
    send(template, to=UserFactory(), context=template.samples, dedupe_key="one")
    row = Notification.objects.get()
    row.context = {
        name: row.context[name] for name in ("name", "service", "date", "time", "person", "reference", "url")
    }
    row.save()
    assert send_waiting() == 1
    [email] = mail.outbox
    assert "Service: Respite care at home\nFor: Rose Okafor\nBooking reference: 7K3M-9QX2-W4TD\n\n" in str(email.body)
    assert "{" not in str(email.body)


@pytest.fixture
def attaching() -> Iterator[MessageTemplate]:
    """A template with a file; the first time it is made, that fails."""
    tries = iter([OSError])

    def files(notification: Notification) -> list[tuple[str, bytes, str]]:
        for error in tries:
            raise error
        return [(f"{notification.dedupe_key}.ics", b"BEGIN:VCALENDAR", "text/calendar")]

    template = MessageTemplate("with_file", "n", "w", "Subject", "Body", "Go", {"url": "/x/"}, attachments=files)
    register(template)
    yield template
    del REGISTRY["with_file"]


def test_an_attachment_is_made_when_it_is_sent_tried_again_and_stored_nowhere(attaching: MessageTemplate) -> None:
    send(attaching, to=UserFactory(), context=attaching.samples, dedupe_key="one")
    assert (send_waiting(), mail.outbox) == (0, [])
    Notification.objects.update(due_at=Notification.objects.get().created_at)
    assert send_waiting() == 1
    [email] = mail.outbox
    assert isinstance(email, EmailMultiAlternatives)
    [attachment] = email.attachments
    assert attachment[:3] == ("one.ics", "BEGIN:VCALENDAR", "text/calendar")
    assert "VCALENDAR" not in str(Notification.objects.values().get())
