"""Editors keep the wording of the payment page; whatever they do to it, payment goes on."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import ValidationError
from django.test import Client, RequestFactory
from pytest_django import Settings
from wagtail.models import GroupPagePermission
from wagtail.test.utils.form_data import nested_form_data, rich_text, streamfield

from home.models import ContentPage, DepositPage, HomePage
from home.tasks import publish_scheduled
from payments.deposit_copy import shipped
from portal.accounts.roles import Role
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory, ServiceFactory, SessionFactory, UserFactory
from tests.fakes import FakeGateway
from tests.pages import signed_in, squeezed

pytestmark = pytest.mark.django_db
OURS = "Your deposit secures your place and counts towards the price. We’ll email your confirmation."


def payment_page(booking: Booking) -> str:
    """What its caregiver sees at /deposit/<reference>/."""
    response = signed_in(booking.caregiver.user).get(f"/deposit/{booking.reference}/")
    assert response.status_code == 200
    return squeezed(response.content.decode())


@pytest.fixture
def booking(stripe: FakeGateway) -> Booking:
    return BookingFactory()


@pytest.fixture
def editor(home: HomePage, client: Client, settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory()
    group = Group.objects.get(name=Role.EDITOR.value)
    for codename in ("change_page", "publish_page"):
        permission = Permission.objects.get(codename=codename, content_type__app_label="wagtailcore")
        GroupPagePermission.objects.get_or_create(group=group, page=home.page_ptr, permission=permission)
    user.groups.add(group)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def typed(**changes: str) -> dict[str, str]:
    """The page's form as an editor fills it in."""
    plain = {
        "title": "How deposits work",
        "slug": "deposit",
        "introduction": rich_text("<p>Read this.</p>"),
        "how_it_works": streamfield([]),
        "payment_title": "Your deposit, please",
        "payment_introduction": rich_text("<p>Typed by an editor.</p>"),
        "policy": rich_text("<p>Change your mind <b>any time</b>.</p>"),
        "confirmation": rich_text("<p>All done.</p>"),
        "faq": streamfield([("question", {"question": "Is it extra?", "answer": rich_text("<p>Never.</p>")})]),
    }
    return dict(nested_form_data({**plain, **changes}))


def test_the_payment_page_reads_as_the_live_page_says(deposit_page: DepositPage, booking: Booking) -> None:
    page = payment_page(booking)
    assert "<h1>Pay your deposit</h1>" in page
    assert OURS in page
    assert "How much we refund depends on how much notice you give" in page
    assert "<summary>Are my card details safe?</summary>" in page
    assert "We never see or keep them.</p>" in page


def test_an_editor_changes_every_word_of_it(editor: Client, deposit_page: DepositPage, booking: Booking) -> None:
    response = editor.post(f"/admin/pages/{deposit_page.pk}/edit/", typed(**{"action-publish": "yes"}))
    assert response.status_code == 302, response.content.decode()
    page = payment_page(booking)
    for words in ("Your deposit, please", "Typed by an editor.", "any time</b>", "Is it extra?", "Never."):
        assert words in page


def test_a_draft_changes_nothing_yet(editor: Client, deposit_page: DepositPage, booking: Booking) -> None:
    assert editor.post(f"/admin/pages/{deposit_page.pk}/edit/", typed()).status_code == 302
    assert OURS in payment_page(booking)
    assert "Typed by an editor" not in payment_page(booking)


def test_markup_that_an_editor_smuggles_in_is_dropped(
    editor: Client, deposit_page: DepositPage, booking: Booking
) -> None:
    wicked = rich_text('<p onclick="x()">Hi<script>alert(1)</script><iframe src="https://example.org"></iframe></p>')
    form = typed(payment_introduction=wicked, **{"action-publish": "yes"})
    assert editor.post(f"/admin/pages/{deposit_page.pk}/edit/", form).status_code == 302
    kept = DepositPage.objects.get().payment_introduction
    assert "Hi" in kept
    assert not any(word in kept for word in ("<script", "<iframe", "onclick"))


def test_the_title_must_say_deposit(editor: Client, deposit_page: DepositPage) -> None:
    page = editor.post(f"/admin/pages/{deposit_page.pk}/edit/", typed(payment_title="Pay now")).content.decode()
    assert "Include the word deposit, so that people know what they’re paying." in page
    deposit_page.payment_title = "Pay now"
    with pytest.raises(ValidationError, match="Include the word deposit"):
        deposit_page.full_clean()


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("", "How deposits work"),
        ("ready", "<h1>Pay your deposit</h1>"),
        ("ready", "Respite care at home"),
        ("ready", "Pay £13.50 deposit"),
        ("ready", "<summary>Is the deposit extra?</summary>"),
        ("paid", "<h1>Deposit paid</h1>"),
        ("paid", "Your place is booked, and we’ve emailed your confirmation."),
        ("paid", "7K3M-9QX2-W4TD"),
    ],
)
def test_each_preview_shows_a_sample_booking_and_takes_no_payment(
    deposit_page: DepositPage, mode: str, expected: str
) -> None:
    response = deposit_page.make_preview_request(RequestFactory().get("/"), mode)
    response.render()
    page = squeezed(response.content.decode())
    assert response.status_code == 200
    assert expected in page
    assert "js.stripe.com" not in page


def test_every_preview_mode_is_tried_above(deposit_page: DepositPage) -> None:
    assert [mode for mode, _ in deposit_page.preview_modes] == ["", "ready", "paid"]


@pytest.mark.parametrize("mode", ["", "ready", "paid"])
def test_the_editor_previews_what_was_typed(editor: Client, deposit_page: DepositPage, mode: str) -> None:
    address = f"/admin/pages/{deposit_page.pk}/edit/preview/?mode={mode}"
    assert editor.post(address, typed()).json() == {"is_valid": True, "is_available": True}
    page = editor.get(address).content.decode()
    assert {"": "Read this.", "ready": "Typed by an editor.", "paid": "All done."}[mode] in page


@pytest.mark.parametrize("how", ["no page at all", "unpublished", "deleted", "expired"])
def test_without_a_live_page_payment_goes_on_with_the_shipped_words(
    how: str, home: HomePage, deposit_page: DepositPage, booking: Booking
) -> None:
    if how == "no page at all":
        home.delete()
    elif how == "unpublished":
        deposit_page.unpublish()
    elif how == "deleted":
        deposit_page.delete()
    else:
        deposit_page.expire_at = clock.now() - timedelta(minutes=1)
        deposit_page.save()
        publish_scheduled()
    shown = payment_page(booking)
    assert shipped().introduction in shown
    assert OURS not in shown
    assert "secret" in shown  # the intent's client secret: it can be paid


def test_a_moved_and_renamed_page_keeps_its_words(home: HomePage, deposit_page: DepositPage, booking: Booking) -> None:
    elsewhere = home.add_child(instance=ContentPage(title="Money", slug="money"))
    deposit_page.slug = "elsewhere"
    deposit_page.save()
    deposit_page.move(elsewhere, "last-child")
    assert OURS in payment_page(booking)


def test_a_scheduled_wording_goes_live_at_its_time(deposit_page: DepositPage, booking: Booking) -> None:
    deposit_page.payment_title = "The new deposit"
    deposit_page.go_live_at = clock.now() + timedelta(minutes=5)
    deposit_page.save_revision().publish()
    publish_scheduled()
    assert "The new deposit" not in payment_page(booking)
    with time_machine.travel(clock.now() + timedelta(minutes=6)):
        publish_scheduled()
        assert "<h1>The new deposit</h1>" in payment_page(booking)


def test_a_booking_without_a_deposit_is_not_said_to_have_one_paid(stripe: FakeGateway) -> None:
    free = BookingFactory(session=SessionFactory(service=ServiceFactory(deposit_value=0)))
    page = payment_page(free)
    assert "<h1>Booking confirmed</h1>" in page
    assert "Deposit paid" not in page
