"""Editors keep the wording: theirs is sent, a slip is refused with a sentence, a preview shows the result."""

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from pytest_django import Settings

from payments.messages import BOOKING_CONFIRMED
from portal.accounts.roles import Role
from portal.notifications.domain import send
from portal.notifications.domain.render import rendered
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import MessageText
from portal.notifications.templates import REGISTRY, MessageTemplate, register
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def text(db: None) -> MessageText:
    """The wording of one email, as shipped."""
    return MessageText.objects.get(key="booking_confirmed")


@pytest.fixture
def editor(settings: Settings, client: Client) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def confirmation() -> mail.EmailMessage:
    """The email that goes out now."""
    send(BOOKING_CONFIRMED, to=UserFactory(), context=BOOKING_CONFIRMED.samples, dedupe_key="one")
    send_waiting()
    return mail.outbox[-1]


def test_every_registered_template_has_a_text_that_passes_its_own_rules() -> None:
    texts = list(MessageText.objects.all())
    assert {text.key for text in texts} == set(REGISTRY)
    for text in texts:
        text.full_clean()


def test_the_editors_wording_is_sent(text: MessageText) -> None:
    text.subject, text.body, text.button = "{person} is in", "Dear {name},\n\nall is well.", "Look"
    text.full_clean()
    text.save()
    sent = confirmation()
    assert sent.subject == "Rose Okafor is in"
    assert sent.body == (
        "Dear Amara,\n\n"
        "all is well.\n\n"
        "Service: Respite care at home\n"
        "When: Thursday 3 December 2026, 10am to 1pm\n"
        "For: Rose Okafor\n"
        "Where: At your home\n"
        "Booking reference: 7K3M-9QX2-W4TD\n"
        "Price: £45.00\n"
        "Deposit: £11.25, paid\n"
        "Balance: £33.75, due before the session\n"
        "Cancelling: Free to cancel until 10am on Thursday 26 November. From then until 10am on Wednesday 2 December, "
        "we’ll refund half of what you’ve paid. After that, we can’t refund it.\n\n"
        "Look: http://127.0.0.1:8000/bookings/7K3M-9QX2-W4TD/\n\n"
        "-- \n"
        "Hearth & Hand\n"
        "Telephone 0117 496 0000 (Monday to Friday, 9am to 5pm)\n"
        "Email hello@example.org\n"
        "12 Orchard Lane, Bristol BS1 4QA\n"
        "http://127.0.0.1:8000\n"
    )


def test_the_shipped_wording_is_sent_when_the_text_is_gone(text: MessageText) -> None:
    text.delete()
    assert confirmation().subject == "Your booking is confirmed: Respite care at home on Thursday 3 December 2026"


@pytest.mark.parametrize("field", ["subject", "body", "button"])
def test_an_unknown_placeholder_is_refused_with_what_can_be_used(text: MessageText, field: str) -> None:
    setattr(text, field, "Hello {nmae}")
    with pytest.raises(ValidationError) as refusal:
        text.full_clean()
    assert refusal.value.message_dict == {
        field: [
            "You can’t use {nmae} here. You can use: {date}, {deposit}, {left_to_pay}, {location}, {name}, {payment}, "
            "{person}, {price}, {reference}, {service}, {terms}, {time}, {url}, {when}."
        ]
    }


def test_the_editor_sees_the_refusal_on_the_form(editor: Client, text: MessageText) -> None:
    address = f"/admin/snippets/notifications/messagetext/edit/{text.pk}/"
    typed = {"subject": "Hello {nmae}", "body": "Fine", "button": "Look"}
    assert "You can’t use {nmae} here. You can use:" in editor.post(address, typed).content.decode()
    text.refresh_from_db()
    assert text.subject == BOOKING_CONFIRMED.subject


def test_the_editor_changes_the_wording_and_the_old_one_is_kept_as_a_revision(
    editor: Client, text: MessageText
) -> None:
    address = f"/admin/snippets/notifications/messagetext/edit/{text.pk}/"
    typed = {"subject": "Welcome, {name}", "body": "Fine", "button": "Look"}
    assert editor.post(address, typed | {"action-publish": "publish"}).status_code == 302
    text.refresh_from_db()
    assert (text.subject, text.revisions.count()) == ("Welcome, {name}", 1)


def test_texts_are_neither_added_nor_deleted_by_hand(editor: Client, text: MessageText) -> None:
    base = "/admin/snippets/notifications/messagetext"
    answers = [editor.get(f"{base}/{page}/").status_code for page in ("add", f"delete/{text.pk}")]
    assert answers == [403, 403]


def test_the_preview_shows_the_message_with_sample_values(text: MessageText) -> None:
    text.body = "Dear {name},\n\n<b>bold</b>"
    shown = text.make_preview_request(RequestFactory().get("/"), "").content.decode()
    assert '<p style="margin: 0 0 16px;">Dear Amara,</p>' in shown
    assert "&lt;b&gt;bold&lt;/b&gt;" in shown  # wording is text, never markup


def test_the_editor_previews_what_was_typed(editor: Client, text: MessageText) -> None:
    address = f"/admin/snippets/notifications/messagetext/preview/{text.pk}/"
    typed = {"subject": "Welcome, {name}", "body": "Typed just now", "button": "Look"}
    assert editor.post(address, typed).json() == {"is_valid": True, "is_available": True}
    response = editor.get(address)
    shown = BOOKING_CONFIRMED
    sent = rendered("Welcome, {name}", "Typed just now", "Look", shown.samples, shown.details)
    assert response.content.decode() == sent.html
    assert "Welcome, Amara" in sent.html


def test_the_preview_may_use_the_emails_inline_styles_and_no_script(editor: Client, text: MessageText) -> None:
    address = f"/admin/snippets/notifications/messagetext/preview/{text.pk}/"
    editor.post(address, {"subject": "Welcome", "body": "Typed", "button": "Look"})
    policy = editor.get(address)["Content-Security-Policy"]
    directives = {part.split()[0]: part.split()[1:] for part in policy.split("; ")}
    assert directives["style-src"] == ["'self'", "'unsafe-inline'"]
    assert "'unsafe-inline'" not in directives["script-src"]


def test_a_text_that_is_no_longer_sent_is_not_offered(editor: Client) -> None:
    page = editor.get("/admin/snippets/notifications/messagetext/").content.decode()
    assert ("Booking confirmed" in page, "Deposit received" in page) == (True, False)


def test_a_value_with_braces_or_line_breaks_cannot_break_a_message() -> None:
    message = rendered("Hello {name}", "{name}", "Go", {"name": "A\r\nBcc: all@example.com {url}", "url": "/x/"})
    assert message.subject == "Hello A Bcc: all@example.com {url}"
    assert message.paragraphs == ("A\r\nBcc: all@example.com {url}",)


def test_a_key_is_registered_once() -> None:
    other = MessageTemplate("booking_confirmed", "Other", "never", "s", "b", "c", {})
    with pytest.raises(ValueError, match="'booking_confirmed' is registered twice"):
        register(other)
