"""The contact form: what is sent reaches coordinators, once, and goes after a year."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.fixtures import Settings

from home.models import (
    ContactMessage,
    ContactPage,
    HomePage,
)
from home.privacy import RETENTION, erase, export
from portal.accounts.roles import Role
from portal.notifications.models import Notification
from tests.factories import UserFactory
from tests.pages import Elements, signed_in
from tests.unit.home.pages.published import MORE, NOON, live, read

pytestmark = pytest.mark.django_db


SENT = {"name": "Grace Bell", "email": "grace@example.com", "phone": "0117 496 0321", "message": "Is Thursday free?"}


@pytest.fixture
def contact(home: HomePage) -> ContactPage:
    return live(home, ContactPage(**MORE["ContactPage"]))  # type: ignore[no-any-return]


def coordinator() -> Any:
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.COORDINATOR.value))
    return user


def test_a_message_is_kept_and_mailed_to_the_coordinators(contact: ContactPage) -> None:
    user = coordinator()
    reply = Client().post("/contact/", SENT, follow=True)
    assert "We’ve received your message" in reply.content.decode()
    [kept] = ContactMessage.objects.all()
    assert (kept.name, kept.email, kept.phone, kept.message, kept.answered) == (*SENT.values(), False)
    [mail] = Notification.objects.filter(template="contact_received")
    assert (mail.recipient, mail.context["message"]) == (user, "Is Thursday free?")


def test_what_a_program_fills_in_is_thrown_away_with_a_thank_you(contact: ContactPage) -> None:
    reply = Client().post("/contact/", SENT | {"website": "https://spam.example"}, follow=True)
    assert "We’ve received your message" in reply.content.decode()
    assert ContactMessage.objects.count() == Notification.objects.filter(template="contact_received").count() == 0


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "", "Enter your name."),
        ("email", "", "Enter your email address."),
        ("email", "grace", "Enter an email address in the correct format"),
        ("message", " ", "Enter your message."),
        ("message", "x" * 4001, "at most 4000 characters"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    contact: ContactPage, field: str, value: str, sentence: str
) -> None:
    reply = Client().post("/contact/", SENT | {field: value})
    page = reply.content.decode()
    assert (reply.status_code, sentence in page, "error-summary" in page) == (422, True, True)
    assert "0117 496 0321" in page
    assert ContactMessage.objects.count() == 0


def test_an_address_too_long_to_keep_is_said_and_nothing_is_lost(contact: ContactPage) -> None:
    email = "a@" + ("b" * 60 + ".") * 4 + "c" * 20 + ".com"
    page = Client().post("/contact/", {**SENT, "email": email}).content.decode()
    assert ("at most 254 characters" in page, "Is Thursday free?" in page) == (True, True)
    assert not ContactMessage.objects.exists()


def test_too_many_messages_from_one_client_are_refused(contact: ContactPage, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "contact": "2/h/client"}
    assert [Client().post("/contact/", SENT).status_code for _ in range(3)] == [302, 302, 429]


def test_the_form_needs_its_token_and_is_kept_for_nobody(contact: ContactPage) -> None:
    assert Client(enforce_csrf_checks=True).post("/contact/", SENT).status_code == 403
    assert "no-store" in Client().get("/contact/")["Cache-Control"]


def test_somebody_signed_in_finds_name_and_address_filled_in(contact: ContactPage) -> None:
    mine = signed_in(UserFactory(email="cara@example.com", first_name="Cara", last_name="Moss"))
    values = {field.get("name"): field.get("value") for field in Elements(read("/contact/", mine)).all("input")}
    assert (values["name"], values["email"]) == ("Cara Moss", "cara@example.com")


def test_messages_are_in_the_copy_of_ones_data_and_go_with_the_account(contact: ContactPage) -> None:
    coordinator()
    user = UserFactory(email="grace@example.com")
    Client().post("/contact/", SENT)
    Client().post("/contact/", SENT | {"email": "other@example.com"})
    assert [entry["message"] for entry in export(user) if "message" in entry] == ["Is Thursday free?"]
    erase(user)
    assert [kept.email for kept in ContactMessage.objects.all()] == ["other@example.com"]
    words = Notification.objects.filter(template="contact_received").order_by("pk").values_list("context", flat=True)
    assert [context.get("email") for context in words] == [None, "other@example.com"]


def test_messages_go_after_a_year(contact: ContactPage) -> None:
    [rule] = [rule for rule in RETENTION if rule.key == "contact"]
    for days in (366, 364):
        with time_machine.travel(NOON - timedelta(days=days), tick=False):
            Client().post("/contact/", SENT | {"message": str(days)})
    [trim] = rule.trims
    assert rule.days == 365
    trim(NOON - timedelta(days=365), 0)
    assert [kept.message for kept in ContactMessage.objects.all()] == ["364"]


def test_coordinators_mark_a_message_as_answered_and_change_nothing_else(
    contact: ContactPage, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    Client().post("/contact/", SENT)
    kept = ContactMessage.objects.get()
    desk, address = signed_in(coordinator()), f"/admin/snippets/home/contactmessage/edit/{kept.pk}/"
    assert "Is Thursday free?" in read(address, desk)
    assert desk.post(address, {"answered": "on", "message": "changed"}).status_code == 302
    kept.refresh_from_db()
    assert (kept.answered, kept.message) == (True, "Is Thursday free?")
