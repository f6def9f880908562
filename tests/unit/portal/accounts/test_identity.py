"""One identity per address: on every way in, in lower case, compared as stored."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from portal.accounts.lookup import find_user
from portal.accounts.models import User
from portal.audit.actor import Actor, Cause, Source
from portal.caregivers.domain import invite
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
KELVIN = "mi\u212ae@example.com"
PASSWORD = "correct horse battery"
NAMES = {"first_name": "Mike", "last_name": "Okafor", "phone": ""}


def sign_up(client: Client, **changed: str) -> tuple[int, str]:
    form = {"email": "mike@example.com", "first_name": "Mike", "last_name": "Okafor", "password1": "a calm sentence"}
    response = client.post("/accounts/signup/", {**form, **changed})
    return response.status_code, response.content.decode()


def test_however_it_is_written_it_is_stored_in_lower_case() -> None:
    user = User.objects.create(email="Nora.Editor@Example.com")
    assert user.email == "nora.editor@example.com"
    User.objects.filter(pk=user.pk).update(email="Nora@EXAMPLE.com")
    assert User.objects.get(email="NORA@example.com").email == "nora@example.com"
    assert User.objects.get_by_natural_key("Nora@Example.com") == user


def test_the_dotless_i_is_another_letter_on_every_database() -> None:
    mike = UserFactory(email="mike@example.com")
    assert find_user("MIKE@example.com") == mike
    assert find_user("mıke@example.com") is None
    assert find_user(KELVIN) is None


def test_a_superuser_made_by_command_has_a_plain_lower_case_address() -> None:
    call_command("createsuperuser", email="Root@Example.com", interactive=False, stdout=StringIO())
    assert User.objects.get().email == "root@example.com"
    with pytest.raises(CommandError, match="plain letters"):
        call_command("createsuperuser", email=KELVIN, interactive=False, stdout=StringIO())
    with pytest.raises(ValidationError):
        User.objects.create_user(KELVIN)


def test_sign_up_refuses_an_address_that_looks_like_another(client: Client) -> None:
    status, page = sign_up(client, email=KELVIN)
    assert status == 200
    assert "Type it again using plain letters" in page
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["WIN at http://evil.example", "evil.example\r\nBcc: x", "a\u202eb"])
def test_sign_up_refuses_a_name_that_is_an_advertisement(client: Client, name: str) -> None:
    status, page = sign_up(client, first_name=name)
    assert status == 200
    assert "name" in page
    assert not User.objects.exists()


def test_a_proven_second_address_finds_its_account_and_an_unproven_one_does_not() -> None:
    owner, other = UserFactory(), UserFactory()
    EmailAddress.objects.create(user=owner, email="second@example.com", verified=True)
    EmailAddress.objects.create(user=other, email="claimed@example.com", verified=False)
    assert find_user(" Second@Example.com ") == owner
    assert find_user("claimed@example.com") is None


def test_an_invitation_to_a_second_address_makes_no_second_account() -> None:
    owner = UserFactory()
    EmailAddress.objects.create(user=owner, email="second@example.com", verified=True)
    caregiver = invite(email="Second@example.com", **NAMES, cause=Cause(Actor.user(UserFactory()), Source.STAFF))
    assert caregiver.user == owner
    assert not User.objects.filter(email="second@example.com").exists()


def test_somebody_elses_claim_keeps_nobody_from_signing_up(client: Client) -> None:
    claimant = UserFactory()
    EmailAddress.objects.create(user=claimant, email="mike@example.com", verified=False)
    assert sign_up(client)[0] == 302
    mike = User.objects.get(email="mike@example.com")
    assert EmailAddress.objects.filter(user=mike, email="mike@example.com", primary=True).exists()


def test_the_address_that_signs_in_another_account_cannot_be_proven_here(client: Client) -> None:
    mine, theirs = UserFactory(), UserFactory(email="theirs@example.com")
    EmailAddress.objects.create(user=mine, email=mine.email, verified=True, primary=True)
    claim = EmailAddress.objects.create(user=mine, email=theirs.email, verified=False)
    client.force_login(mine)
    from allauth.account.models import EmailConfirmationHMAC

    client.post(f"/accounts/confirm-email/{EmailConfirmationHMAC(claim).key}/")
    claim.refresh_from_db()
    assert claim.verified is False
    assert find_user("theirs@example.com") == theirs
