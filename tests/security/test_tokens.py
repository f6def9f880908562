"""Signed tokens: links of emails, and whatever else carries its own proof."""

from datetime import timedelta

import pytest
import time_machine
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import signing
from pytest_django import Settings

from portal.common import clock
from tests.security.people import person

pytestmark = pytest.mark.django_db


def confirmation() -> str:
    """The key in the link that confirms an address."""
    return str(EmailConfirmationHMAC(EmailAddress.objects.get(user=person(verified=False))).key)


def opens(key: str) -> bool:
    return EmailConfirmationHMAC.from_key(key) is not None


def test_a_changed_token_opens_nothing() -> None:
    key = confirmation()
    assert opens(key)
    for at in range(len(key)):
        other = "A" if key[at] != "A" else "B"
        assert not opens(key[:at] + other + key[at + 1 :]), at


def test_a_token_of_another_key_opens_nothing(settings: Settings) -> None:
    key = confirmation()
    settings.SECRET_KEY = "another-installations-key-" + "k" * 40
    assert not opens(key)


def test_a_token_ends() -> None:
    key = confirmation()
    with time_machine.travel(clock.now() + timedelta(days=2, hours=23)):
        assert opens(key)
    with time_machine.travel(clock.now() + timedelta(days=3, minutes=1)):
        assert not opens(key)


def test_a_token_of_one_purpose_opens_no_other() -> None:
    address = EmailAddress.objects.get(user=person(verified=False))
    assert not opens(signing.dumps(address.pk, salt="payments.sample_page"))
    assert not opens(signing.dumps(address.pk))


def test_a_link_that_sets_a_password_works_once() -> None:
    user = person()
    token = default_token_generator.make_token(user)
    assert default_token_generator.check_token(user, token)
    user.set_password("seventeen quiet owls")
    user.save()
    assert not default_token_generator.check_token(user, token)
