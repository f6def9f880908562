"""The migration that lower-cases stored addresses."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from portal.accounts import lower_case as subject
from portal.accounts.lower_case import AddressesCollide, lower_case
from portal.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def users_before() -> Any:
    """The users' model as the migration sees it, and as the release before wrote it: addresses as typed."""
    state = MigrationLoader(connection).project_state(("accounts", "0003_names"))
    return state.apps.get_model("accounts", "User")


def typed(user: User, email: str) -> User:
    users_before().objects.filter(pk=user.pk).update(email=email)
    return user


def emails() -> list[str]:
    return list(users_before().objects.order_by("pk").values_list("email", flat=True))


def test_addresses_of_both_tables_become_lower_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BATCH", 2)
    for number in range(5):
        user = typed(UserFactory(), f"Nora.{number}@Example.com")
        EmailAddress.objects.create(user=user, email=f"Nora.{number}@Example.com", verified=True, primary=True)
    assert lower_case(users_before(), EmailAddress) == 10
    assert emails() == [f"nora.{number}@example.com" for number in range(5)]
    assert list(EmailAddress.objects.order_by("pk").values_list("email", flat=True)) == emails()
    assert lower_case(users_before(), EmailAddress) == 0


def test_collisions_stop_it_with_a_list_and_nothing_is_changed() -> None:
    nora, other = typed(UserFactory(), "Nora@Example.com"), UserFactory()
    third = typed(UserFactory(), "Third@example.com")
    EmailAddress.objects.create(user=other, email="nora@example.com", verified=True)
    with pytest.raises(AddressesCollide) as collision:
        lower_case(users_before(), EmailAddress)
    assert str(collision.value).splitlines()[1:] == [f"  nora@example.com: accounts {nora.pk}, {other.pk}"]
    assert emails() == ["Nora@Example.com", other.email, "Third@example.com"]
    assert third.pk


def test_one_account_with_an_address_twice_is_listed_too() -> None:
    user = UserFactory()
    for email in ("second@example.com", "Second@example.com"):
        EmailAddress.objects.create(user=user, email=email)
    with pytest.raises(AddressesCollide, match=f"second@example.com: twice on account {user.pk}"):
        lower_case(users_before(), EmailAddress)


def test_an_unproven_claim_of_somebody_else_is_no_collision() -> None:
    nora = typed(UserFactory(), "Nora@Example.com")
    EmailAddress.objects.create(user=UserFactory(), email="nora@example.com", verified=False)
    assert lower_case(users_before(), EmailAddress) == 1
    nora.refresh_from_db()
    assert nora.email == "nora@example.com"
