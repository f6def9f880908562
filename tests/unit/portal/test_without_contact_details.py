"""A portal that has not been told its phone number, email or hours says no sentence that ends in nothing."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from django.core import mail
from django.template.loader import render_to_string
from django.test import Client
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.pay_links import issue
from portal.notifications.domain.render import rendered
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from portal.notifications.templates import REGISTRY
from portal.security.account_mail import tell
from tests.factories import BookingFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.pages import signed_in
from tests.unit.portal.notifications.test_design import read

pytestmark = pytest.mark.django_db
UNTOLD = {
    "nothing": {},
    "no_phone": {"email": "hello@example.org", "hours": "Monday to Friday, 9am to 5pm"},
    "no_email": {"phone": "0117 496 0000"},
    "hours_alone": {"hours": "Monday to Friday, 9am to 5pm"},
}
DANGLING = re.compile(r"(?<!didn’t )[Cc]all us(?! on \d)|[Ee]mail us at(?! \S+@)|\bus (on|at)\s*[.,]|\(\s*\)")


@pytest.fixture(params=list(UNTOLD.values()), ids=list(UNTOLD))
def told(request: pytest.FixtureRequest, settings: Settings) -> dict[str, str]:
    """What the portal was told; the rest is empty."""
    settings.ORGANISATION = {**dict.fromkeys(settings.ORGANISATION, ""), **request.param}
    return dict(request.param)


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_no_email_ends_in_nothing(told: dict[str, str], key: str) -> None:
    template = REGISTRY[key]
    samples = {name: value for name, value in template.samples.items() if name != "otherwise"}
    message = rendered(template.subject, template.body, template.button, samples, template.details)
    for text in (message.text, read(message.html).text):
        footer = text.rpartition("-- \n")[2] if "-- \n" in text else text
        assert ("Telephone" in footer, "hello@example.org" in footer) == ("phone" in told, "email" in told)
        assert "Monday to Friday" not in footer
        assert [match[0] for match in DANGLING.finditer(text)] == []


def test_a_change_of_an_account_leads_on_by_what_there_is(told: dict[str, str]) -> None:
    tell(UserFactory(), "Your password has been changed.")
    send_waiting()
    ways = {
        "phone": "If you didn’t, choose a new password now and call us on 0117 496 0000.",
        "email": "If you didn’t, choose a new password now and email us at hello@example.org.",
    }
    expected = next((ways[way] for way in ("phone", "email") if way in told), None)
    paragraph = str(mail.outbox[-1].body).split("\n\n")[2]
    assert paragraph == (expected or "If you didn’t, choose a new password now and tell our team.")


def test_an_editors_wording_with_the_former_placeholder_is_still_filled_in(told: dict[str, str]) -> None:
    tell(UserFactory(), "Your password has been changed.")
    assert Notification.objects.get().context["phone"] in (*told.values(), "http://127.0.0.1:8000")


def pages(stripe: FakeGateway) -> Iterator[tuple[str, str]]:
    """Where a contact is offered, and what is said there."""
    held, paid = BookingFactory(), BookingFactory()
    apply_intent(stripe.pay(str(open_checkout(paid).payment.intent_id)), cause())
    strangers = ("/", "/accounts/login/", f"/pay/{issue(held)}/", f"/pay/{'A' * 43}/")
    yield from ((path, Client().get(path).content.decode()) for path in strangers)
    theirs = ("/book/", "/dashboard/", f"/deposit/{held.reference}/", f"/bookings/{held.reference}/move/")
    yield from ((path, signed_in(held.caregiver.user).get(path).content.decode()) for path in theirs)
    owner = signed_in(paid.caregiver.user)
    for path in ("", "move/", "cancel/", "receipt/", "feedback/"):
        yield path, owner.get(f"/bookings/{paid.reference}/{path}").content.decode()


def test_no_page_ends_in_nothing(told: dict[str, str], stripe: FakeGateway, settings: Settings) -> None:
    shown = [*pages(stripe)]
    for template in ("account/account_inactive.html", "mfa/authenticate.html"):
        shown.append((template, render_to_string(template, {"organisation": settings.ORGANISATION})))
    for path, page in shown:
        text = " ".join(unescape(re.sub(r"<(script|style)\b.*?</\1>|<[^>]*>", " ", page, flags=re.DOTALL)).split())
        assert [match[0] for match in DANGLING.finditer(text)] == [], path
        assert 'tel:"' not in page, path
        assert 'mailto:"' not in page, path
        assert ("Telephone" in text) == ("phone" in told and "<footer" in page), path


def test_help_stands_beside_a_page_where_there_is_any(told: dict[str, str]) -> None:
    booking = BookingFactory()
    client = signed_in(booking.caregiver.user)
    has_help = bool({"phone", "email"} & told.keys())
    for path in ("/profile/", "/accounts/email/", f"/bookings/{booking.reference}/notes/"):
        page = client.get(path).content.decode()
        assert ("Need help?" in page) == has_help, path
        assert page.count("<aside") == (1 if has_help or "notes" in path else 0), path
