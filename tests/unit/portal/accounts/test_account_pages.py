"""The pages about an account: one summary of errors above the heading, sentence case, and a way on from each."""

import re
from html import unescape

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from django.forms import Form
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from portal.accounts.models import User
from tests.factories import UserFactory
from tests.pages import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
STRANGERS = (
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/accounts/password/reset/done/",
    "/accounts/password/reset/key/1-set-password/",
    "/accounts/password/reset/key/done/",
    "/accounts/login/code/",
    "/accounts/confirm-email/",
    "/accounts/confirm-email/unknown/",
    "/accounts/inactive/",
)
MEMBERS = (
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/logout/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/profile/",
    "/people/",
    "/people/add/",
    "/profile/your-data/",
)
NAMED = {"I", "I’ve", "JavaScript", "Amara", "Okafor", "ICO"}


@pytest.fixture
def member() -> User:
    user: User = UserFactory(password=PASSWORD)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@pytest.fixture
def client_of(member: User) -> Client:
    """Has just given the password, as who opens these pages has."""
    client = Client()
    reply = client.post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    assert reply.status_code == 302
    return client


def main_of(client: Client, path: str) -> str:
    reply = client.get(path, follow=True)
    assert reply.status_code == 200, path
    page = reply.content.decode()
    return page[page.index("<main") : page.index("</main>")]


def spoken(main: str) -> list[str]:
    """Headings, buttons, links and labels of the page, as they are read."""
    main = re.sub(r'<span class="tag.*?</span>', " ", main, flags=re.DOTALL)
    parts = re.findall(r"<(h1|h2|h3|button|a|label|legend)\b[^>]*>(.*?)</\1>", main, flags=re.DOTALL)
    return [text for _, inner in parts if (text := " ".join(unescape(re.sub(r"<[^>]*>", " ", inner)).split()))]


def capitals(text: str) -> list[str]:
    """Words with a capital that does not begin a sentence."""
    inside = re.sub(r"(^|[.?!:] )\S+", " ", text)
    return [word for word in re.findall(r"[^\s,.?!]+", inside) if word[0].isupper() and word not in NAMED]


def check(main: str, path: str) -> None:
    assert {text: found for text in spoken(main) if (found := capitals(text))} == {}, path
    assert len(re.findall(r"<h1\b", main)) == 1, path
    ways = [way for way in re.findall(r'<a [^>]*href="([^"]+)"|<(button)\b[^>]*type="submit"', main) if any(way)]
    assert ways, path


@pytest.mark.parametrize("path", STRANGERS)
def test_a_strangers_page_is_in_sentence_case_and_leads_on(path: str) -> None:
    check(main_of(Client(), path), path)


@pytest.mark.parametrize("path", MEMBERS)
def test_a_members_page_is_in_sentence_case_and_leads_on(client_of: Client, path: str) -> None:
    main = main_of(client_of, path)
    check(main, path)
    content = main[main.index("<h1") :]
    assert re.search(r"<a [^>]*href=|<button\b", content), path


@pytest.mark.parametrize(
    ("template", "back"), [("edit_form", "Back to your passkeys"), ("authenticator_confirm_delete", "Keep it")]
)
def test_the_pages_of_a_passkey_lead_back(member: User, template: str, back: str) -> None:
    key = Authenticator.objects.create(user=member, type="webauthn", data={"name": "Phone", "credential": {}})
    context = {"authenticator": key, "form": Form(), "user": member}
    page = render_to_string(f"mfa/webauthn/{template}.html", context, request=RequestFactory().get("/"))
    main = page[page.index("<main") : page.index("</main>")]
    check(main, template)
    assert back in spoken(main)


def test_a_confirmation_that_cannot_be_leads_on(member: User) -> None:
    other = UserFactory()
    address = EmailAddress.objects.create(user=other, email="taken@example.com", verified=False)
    EmailAddress.objects.create(user=member, email="taken@example.com", verified=True)
    main = main_of(Client(), f"/accounts/confirm-email/{EmailConfirmationHMAC(address).key}/")
    assert "belongs to another account" in main
    assert "See your email addresses" in spoken(main)


WRONG = [
    ("/accounts/login/", {"login": "x", "password": ""}, False),
    ("/accounts/signup/", {"email": "x"}, False),
    ("/accounts/password/reset/", {"email": ""}, False),
    ("/accounts/login/code/", {"email": ""}, False),
    ("/accounts/email/", {"email": "x", "action_add": ""}, True),
    ("/accounts/password/change/", {"oldpassword": ""}, True),
    ("/accounts/reauthenticate/", {"password": "wrong"}, True),
    ("/profile/", {"first_name": "", "last_name": ""}, True),
    ("/people/add/", {"full_name": ""}, True),
]


@pytest.mark.parametrize(("path", "typed", "is_member"), WRONG, ids=[row[0] for row in WRONG])
def test_the_summary_of_errors_comes_once_and_before_the_heading(
    member: User, path: str, typed: dict[str, str], is_member: bool
) -> None:
    client = Client()
    if is_member:
        client.post("/accounts/login/", {"login": member.email, "password": PASSWORD})
    page = client.post(path, typed).content.decode()
    assert page.count('class="error-summary"') == 1
    assert page.index('class="error-summary"') < page.index("<h1")
    assert "<title>Error: " in page


def test_where_one_is_signed_in_leads_to_a_new_password(member: User) -> None:
    main = main_of(signed_in(member), "/accounts/sessions/")
    assert '<a href="/accounts/password/change/">choose a new password</a>' in main
