"""Emails about accounts: our words, queued, and nothing in them that a stranger typed."""

import re
from pathlib import Path

import allauth
import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts.models import User
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification, NotificationStatus
from portal.security import account_mail
from portal.security.adapter import AccountAdapter
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = "three calm grey herons"
UNUSED = {"account/email/email_confirm", "account/email/password_reset_code"}  # by code: switched off


def person(email: str = "ada@example.com") -> User:
    user = UserFactory(email=email)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def signed_in(user: User) -> Client:
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def sent() -> list[tuple[str, str]]:
    """(to, subject) of what the worker sends now."""
    send_waiting()
    return [(message.to[0], str(message.subject)) for message in mail.outbox]


def sign_up(client: Client, email: str) -> tuple[int, str]:
    form = {"email": email, "first_name": "Zebulonia", "last_name": "Qwertz", "password1": NEW}
    response = client.post("/accounts/signup/", form)
    page = client.get(response["Location"]).content.decode()
    return response.status_code, response["Location"] + without_tokens(page).replace(email, "ADDRESS")


def without_tokens(page: str) -> str:
    page = re.sub(r'nonce="[^"]*"', "", page)
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def test_each_of_allauths_emails_has_words_of_ours() -> None:
    folder = Path(allauth.__file__).parent / "templates"
    subjects = [*folder.glob("account/email/*_subject.txt"), *folder.glob("mfa/email/*_subject.txt")]
    stock = {str(path.relative_to(folder)).removesuffix("_subject.txt") for path in subjects}
    assert stock - UNUSED == account_mail.BY_PREFIX.keys() | account_mail.CHANGES.keys()


def test_the_queueing_adapter_is_the_one_in_use() -> None:
    assert type(get_adapter()) is AccountAdapter


def test_a_sign_up_is_asked_to_confirm_in_our_words_without_a_name(client: Client) -> None:
    sign_up(client, "new@example.com")
    assert mail.outbox == []
    assert sent() == [("new@example.com", "Confirm your email address")]
    message = mail.outbox[0]
    html = str(message.alternatives[0][0])  # type: ignore[union-attr]
    assert "Zebulonia" not in str(message.body) + html
    assert "Hello from" not in str(message.body)
    link = re.search(r"http://127.0.0.1:8000(/accounts/confirm-email/\S+)", str(message.body))
    assert link is not None
    client.post(link[1])
    assert EmailAddress.objects.get(email="new@example.com").verified


def test_how_long_a_link_or_code_works_is_said_by_the_settings(client: Client) -> None:
    person()
    client.post("/accounts/login/code/", {"email": "ada@example.com"})
    client.post("/accounts/password/reset/", {"email": "ada@example.com"})
    sign_up(client, "new@example.com")
    send_waiting()
    words = {message.subject: str(message.body) for message in mail.outbox}
    assert "It works for 10 minutes, once." in words["Your sign-in code"]
    assert "We never ask for it on the phone." in words["Your sign-in code"]
    assert "The link works once, for 60 minutes." in words["Choose a new password"]
    assert "The link works for 3 days." in words["Confirm your email address"]


def test_no_link_that_signs_in_is_stored(client: Client) -> None:
    person()
    client.post("/accounts/password/reset/", {"email": "Ada@example.com"})
    sign_up(client, "new@example.com")
    send_waiting()
    assert len(mail.outbox) == 2
    rows = Notification.objects.order_by("template").values_list("status", "body", "context")
    assert list(rows) == [
        (NotificationStatus.SENT, "", {"days": "3"}),
        (NotificationStatus.SENT, "", {"minutes": "60"}),
    ]


def test_a_mailed_link_chooses_a_password_and_goes_to_the_stored_address(client: Client) -> None:
    user = person()
    client.post("/accounts/password/reset/", {"email": "ADA@Example.com"})
    assert sent() == [("ada@example.com", "Choose a new password")]
    link = re.search(r"(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
    assert link is not None
    page = client.get(link[1], follow=True)
    client.post(page.request["PATH_INFO"], {"password1": NEW, "password2": NEW})
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert ("ada@example.com", "Your account has changed") in sent()


def test_a_link_for_an_account_closed_meanwhile_is_not_sent(client: Client) -> None:
    user = person()
    client.post("/accounts/password/reset/", {"email": user.email})
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert sent() == []
    assert Notification.objects.get().status == NotificationStatus.FAILED


def test_sign_up_answers_alike_and_works_alike(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    person("known@example.com")
    hashed: list[str] = []
    make = hashers.make_password
    monkeypatch.setattr(
        "django.contrib.auth.base_user.make_password", lambda raw, *rest: hashed.append(raw) or make(raw, *rest)
    )
    answers = [sign_up(Client(), "known@example.com"), sign_up(Client(), "unknown@example.com")]
    assert answers[0] == answers[1]
    assert answers[0][0] == 302
    assert hashed == [NEW, NEW]
    assert sent() == [
        ("known@example.com", "You already have an account"),
        ("unknown@example.com", "Confirm your email address"),
    ]


def test_a_reset_answers_alike_and_works_alike() -> None:
    person("known@example.com")
    answers, queries = [], []
    for email in ("known@example.com", "nobody@example.com"):
        client = Client()
        with CaptureQueriesContext(
            connection,
        ) as captured:
            response = client.post("/accounts/password/reset/", {"email": email})
        answers.append((response.status_code, response["Location"]))
        queries.append(sum("INSERT" in query["sql"] for query in captured))
    assert answers[0] == answers[1]
    assert queries[0] == queries[1]
    assert [subject for _, subject in sent()] == [
        "Choose a new password",
        "There’s no account for this email address",
    ]


@pytest.mark.parametrize("invited", [False, True])
def test_sign_in_answers_alike_and_hashes_alike(monkeypatch: pytest.MonkeyPatch, invited: bool) -> None:
    user = person("known@example.com")
    if invited:
        user.set_unusable_password()
        user.save()
    encoded: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self: hashers.MD5PasswordHasher, password: str, salt: str) -> str:
        encoded.append("once")
        return encode(self, password, salt)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    pages, work = [], []
    for email in ("known@example.com", "nobody@example.com"):
        encoded.clear()
        response = Client().post("/accounts/login/", {"login": email, "password": "wrong guess"})
        pages.append((response.status_code, without_tokens(response.content.decode()).replace(email, "ADDRESS")))
        work.append(len(encoded))
    assert pages[0] == pages[1]
    assert work == [1, 1]


def test_the_old_address_is_told_when_another_becomes_the_primary_one() -> None:
    user = person("old@example.com")
    EmailAddress.objects.create(user=user, email="new@example.com", verified=True)
    client = signed_in(user)
    client.post("/accounts/email/", {"action_primary": "", "email": "new@example.com"})
    client.post("/accounts/email/", {"action_remove": "", "email": "old@example.com"})
    user.refresh_from_db()
    assert user.email == "new@example.com"
    told = sent()
    assert told.count(("old@example.com", "Your account has changed")) == 2
    assert told.count(("new@example.com", "Your account has changed")) == 1
    assert "0117 496 0000" in str(mail.outbox[0].body)


def test_the_owner_is_told_of_a_further_address_and_the_further_address_hears_nothing_of_them() -> None:
    user = person("old@example.com")
    signed_in(user).post("/accounts/email/", {"action_add": "", "email": "further@example.com"})
    assert sorted(sent()) == [
        ("further@example.com", "Confirm your email address"),
        ("old@example.com", "Your account has changed"),
    ]
    assert all("Amara" not in str(message.body) for message in mail.outbox)


def test_a_changed_password_is_told() -> None:
    user = person()
    signed_in(user).post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert sent() == [("ada@example.com", "Your account has changed")]
    assert str(mail.outbox[0].body).startswith("Your password has been changed.")
