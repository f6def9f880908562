"""What pages say in each state is the editors': drafted, reviewed, scheduled, previewed, and checked."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from pytest_django import Settings
from wagtail.models import Workflow

from home.tasks import publish_scheduled
from payments.domain.checkout import CheckoutState
from payments.enums import Purpose
from payments.messages import BOOKING_CONFIRMED
from portal.accounts.roles import Role
from portal.bookings.models import Booking
from portal.common import clock
from portal.notifications.domain.page_texts import page_words
from portal.notifications.domain.texts import text_for
from portal.notifications.models import MessageText, PageText
from portal.notifications.page_texts import PAGE_TEXTS, PageTemplate, register
from portal.security.messages import SIGN_IN_CODE
from tests.factories import UserFactory
from tests.fakes import FakeGateway
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def processing() -> PageText:
    return PageText.objects.get(key="deposit_processing")


def keeper(settings: Settings, role: Role = Role.EDITOR) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=role.value))
    return signed_in(user)


def test_every_state_has_a_text_that_passes_its_own_rules_and_a_preview(settings: Settings) -> None:
    call_command("bootstrap_site", verbosity=0)
    editor = keeper(settings)
    texts = list(PageText.objects.all())
    assert {text.key for text in texts} == set(PAGE_TEXTS)
    for text in texts:
        text.full_clean()
        address = reverse("wagtailsnippets_notifications_pagetext:preview_on_edit", args=[text.pk])
        typed = {"heading": text.heading, "body": f"{text.body} As typed."}
        assert editor.post(address, typed).json() == {"is_valid": True, "is_available": True}
        page = editor.get(address).content.decode()
        assert ("As typed." in page, "{amount}" in page) == (True, False), text.key


@pytest.mark.parametrize("purpose", Purpose)
def test_each_state_of_the_payment_page_has_its_words(purpose: Purpose) -> None:
    states = set(CheckoutState) - {CheckoutState.READY, CheckoutState.WAITING}
    if purpose == Purpose.DEPOSIT:
        states -= {CheckoutState.BEGUN, CheckoutState.PAID}  # what is said when it is paid is on the deposit page
    assert states <= {key.removeprefix(f"{purpose.value}_") for key in PAGE_TEXTS}


def test_the_editors_words_are_shown_once_published_and_not_before(
    processing: PageText, booking: Booking, stripe: FakeGateway, settings: Settings
) -> None:
    mine, editor = signed_in(booking.caregiver.user), keeper(settings)
    Booking.objects.filter(pk=booking.pk).update(status="expired")
    expired = PageText.objects.get(key="deposit_expired")
    address = reverse("wagtailsnippets_notifications_pagetext:edit", args=[expired.pk])
    typed = {"heading": "The time is up", "body": "We had to let the place go.\n\nPlease book again."}
    assert editor.post(address, typed).status_code == 302
    page = f"/deposit/{booking.reference}/"
    assert "Your place is no longer held" in mine.get(page).content.decode()
    assert editor.post(address, typed | {"action-publish": "publish"}).status_code == 302
    shown = mine.get(page).content.decode()
    assert "<h1>The time is up</h1>" in shown.replace("\n", "")
    assert "We had to let the place go." in shown
    assert "Please book again." in shown


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Pay {amount", "Check the curly brackets at {amount."),
        ("Pay {{amount}}", "Check the curly brackets at {{amount}}."),
        ("Pay amount}", "Check the curly brackets at }."),
        ("Pay {sum}", "You can’t use {sum} here. You can use: {amount}."),
        ("Pay it", "Add {amount}: without it"),
    ],
)
def test_a_slip_in_a_placeholder_is_refused(body: str, sentence: str) -> None:
    text = PageText.objects.get(key="booking_processing")
    text.body = body
    with pytest.raises(ValidationError) as refused:
        text.full_clean()
    assert sentence in refused.value.message_dict["body"][0]


def test_the_email_with_the_code_cannot_be_published_without_it(settings: Settings) -> None:
    editor, text = keeper(settings), MessageText.objects.get(key=SIGN_IN_CODE.key)
    address = reverse("wagtailsnippets_notifications_messagetext:edit", args=[text.pk])
    typed = {"subject": "Your code", "body": "Here it is.", "button": "Sign in", "action-publish": "publish"}
    page = editor.post(address, typed)
    assert (page.status_code, "Add {code}: without it" in page.content.decode()) == (200, True)
    assert "{code}" in MessageText.objects.get(pk=text.pk).body


def test_a_heading_is_kept_where_there_is_one_and_refused_where_there_is_none(processing: PageText) -> None:
    processing.heading = ""
    with pytest.raises(ValidationError, match="Enter a heading"):
        processing.full_clean()
    sentence = PageText.objects.get(key="booking_moved")
    sentence.heading = "Moved"
    with pytest.raises(ValidationError, match="has no heading"):
        sentence.full_clean()


def test_an_editor_submits_and_an_administrator_approves(processing: PageText, settings: Settings) -> None:
    call_command("bootstrap_site", verbosity=0)
    editor, approver = keeper(settings), keeper(settings, Role.ADMINISTRATOR)
    address = reverse("wagtailsnippets_notifications_pagetext:edit", args=[processing.pk])
    typed = {"heading": "One moment", "body": "Your bank has it."}
    assert editor.post(address, typed | {"action-submit": "submit"}).status_code == 302
    assert page_words("deposit_processing").heading == "We’re confirming your deposit"
    state = processing.workflow_states.get()
    assert state.workflow == Workflow.objects.get()
    action = reverse(
        "wagtailsnippets_notifications_pagetext:workflow_action",
        args=[processing.pk, "approve", state.current_task_state_id],
    )
    assert approver.post(action, {"comment": ""}).status_code in (200, 302)
    assert page_words("deposit_processing").heading == "One moment"
    assert mail.outbox


def test_what_is_scheduled_is_said_from_then_on(processing: PageText) -> None:
    processing.heading, processing.go_live_at = "From tomorrow", clock.now() + timedelta(days=1)
    processing.save_revision().publish()
    publish_scheduled()
    assert page_words("deposit_processing").heading == "We’re confirming your deposit"
    with time_machine.travel(clock.now() + timedelta(days=2)):
        publish_scheduled()
        assert page_words("deposit_processing").heading == "From tomorrow"


def test_unpublished_words_give_way_to_the_shipped_ones(processing: PageText) -> None:
    processing.heading = "One moment"
    processing.save_revision().publish()
    processing.unpublish()
    assert page_words("deposit_processing").heading == "We’re confirming your deposit"
    email = MessageText.objects.get(key=BOOKING_CONFIRMED.key)
    email.subject = "Yes"
    email.save_revision().publish()
    assert text_for(BOOKING_CONFIRMED).subject == "Yes"
    email.unpublish()
    assert text_for(BOOKING_CONFIRMED).subject == BOOKING_CONFIRMED.subject


def test_a_state_whose_row_is_gone_has_the_shipped_words(processing: PageText) -> None:
    PageText.objects.all().delete()
    words = page_words("booking_processing", amount="£5.00")
    assert words.lead.startswith("Your bank is processing your payment of £5.00.")


def test_a_value_with_braces_stays_as_it_is() -> None:
    assert page_words("booking_processing", amount="{amount}<b>").lead.count("{amount}<b>") == 1


def test_a_key_is_registered_once() -> None:
    with pytest.raises(ValueError, match="registered twice"):
        register(PageTemplate("booking_moved", "x", "x", "x", lambda request: HttpResponse()))
