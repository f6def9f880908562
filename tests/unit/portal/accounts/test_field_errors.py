"""An empty field of an account's form says what to enter."""

from html import unescape

import pytest
from allauth.account.forms import SignupForm as StockSignupForm
from django.conf import settings
from django.test import Client
from django.utils.module_loading import import_string

from portal.accounts.field_errors import ByField
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EMAIL, PASSWORD = "Enter your email address.", "Enter your password."
FORMS = {**settings.ACCOUNT_FORMS, **settings.MFA_FORMS}


@pytest.mark.parametrize(
    ("address", "sentences"),
    [
        ("/accounts/login/", [EMAIL, PASSWORD]),
        ("/accounts/login/code/", [EMAIL]),
        ("/accounts/password/reset/", [EMAIL]),
        ("/accounts/signup/", [EMAIL, "Enter your first name.", "Enter your last name.", "Choose a password."]),
    ],
)
def test_signed_out(client: Client, address: str, sentences: list[str]) -> None:
    page = unescape(client.post(address, {}).content.decode())
    assert [sentence for sentence in sentences if sentence not in page] == []
    assert "This field is required" not in page


def test_signed_in(client: Client) -> None:
    client.force_login(UserFactory(), backend=settings.AUTHENTICATION_BACKENDS[0])
    page = unescape(client.post("/accounts/password/change/", {}).content.decode())
    for sentence in ("Enter your current password.", "Choose a new password.", "Enter the new password again."):
        assert sentence in page


@pytest.mark.parametrize("name", [name for name in FORMS if "webauthn" not in name])
def test_every_form_with_a_field_to_fill_in_says_so(name: str) -> None:
    form = import_string(FORMS[name])
    assert issubclass(form, ByField)
    assert form.required


def test_the_sentences_are_each_forms_own() -> None:
    assert str(StockSignupForm.base_fields["email"].error_messages["required"]) == "This field is required."
