"""Money, factors, addresses and personal data want somebody who proved lately who they are, with their factor."""

import time
import zipfile
from io import BytesIO
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.internal.flows import login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client

from payments.enums import PaymentStatus
from payments.models import Dispute, DisputeEvidence, Payment, Refund
from portal.accounts.models import User
from portal.accounts.reauthentication import STASH
from portal.accounts.roles import Role
from portal.bookings.enums import BookingStatus, SessionStatus
from tests.security.people import PASSWORD, code_now, person, signed_in, superuser

pytestmark = pytest.mark.django_db
BY_PASSWORD: Final = "/accounts/reauthenticate/"
BY_FACTOR: Final = "/accounts/2fa/reauthenticate/"
REFUND: Final = {"amount": "5.00", "reason": "goodwill", "note": "they were kept waiting"}


def later(client: Client, minutes: float) -> None:
    """As if everything that this session proved were `minutes` older."""
    session = client.session
    for record in session[login.AUTHENTICATION_METHODS_SESSION_KEY]:
        record["at"] -= 60 * minutes
    session.save()


def codes_are_fresh(client: Client) -> None:
    """As thirty seconds do: a code counts once."""
    from django.core.cache import cache

    cache.clear()


def question(answer: object) -> tuple[str, str]:
    """(the page that asks, where it leads back to)."""
    location = urlsplit(answer["Location"])  # type: ignore[index]
    return location.path, parse_qs(location.query)["next"][0]


def confirm(client: Client, back: str) -> str:
    codes_are_fresh(client)
    answer = client.post(BY_FACTOR, {"code": code_now(), "next": back})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


@pytest.fixture
def finance() -> Client:
    client = signed_in(person(Role.FINANCE))
    later(client, 16)
    return client


@pytest.fixture
def coordinator() -> Client:
    client = signed_in(person(Role.COORDINATOR))
    later(client, 16)
    return client


def refund_address(payment: Payment) -> str:
    return f"/admin/payments/payment/{payment.pk}/refund/"


def test_a_refund_from_an_old_session_asks_for_the_factor_and_moves_nothing(finance: Client, paid: Payment) -> None:
    token = finance.get(refund_address(paid)).context["form"].initial["token"]
    answer = finance.post(refund_address(paid), {**REFUND, "token": token})
    assert question(answer) == (BY_FACTOR, refund_address(paid))
    assert not Refund.objects.exists()


def test_what_was_typed_is_there_again_and_nothing_was_sent_meanwhile(finance: Client, paid: Payment) -> None:
    token = str(finance.get(refund_address(paid)).context["form"].initial["token"])
    finance.post(refund_address(paid), {**REFUND, "token": token})
    back = confirm(finance, refund_address(paid))
    form = finance.get(back).context["form"]
    assert {name: form[name].value() for name in (*REFUND, "token")} == {**REFUND, "token": token}
    assert not Refund.objects.exists()
    assert STASH not in finance.session
    for _ in range(2):
        assert finance.post(back, {**REFUND, "token": token}).status_code == 302
    assert [refund.amount for refund in Refund.objects.all()] == [500]


def test_one_confirmation_lasts_fifteen_minutes(finance: Client, paid: Payment) -> None:
    confirm(finance, "/admin/")
    later(finance, 14)
    assert finance.post(refund_address(paid), REFUND).status_code == 422  # looked at, without its token
    later(finance, 2)
    assert question(finance.post(refund_address(paid), REFUND))[0] == BY_FACTOR


def test_signing_in_counts_so_that_nobody_is_asked_twice_in_a_row(paid: Payment) -> None:
    client = signed_in(person(Role.FINANCE))
    assert client.post(refund_address(paid), REFUND).status_code == 422


def test_a_password_is_not_enough_where_a_factor_is_enrolled(finance: Client, paid: Payment) -> None:
    answer = finance.post(BY_PASSWORD, {"password": PASSWORD, "next": "/admin/"})
    assert answer["Location"].startswith(BY_FACTOR)
    session = finance.session
    session[login.AUTHENTICATION_METHODS_SESSION_KEY] += [
        {"method": "password", "at": time.time(), "reauthenticated": True}
    ]
    session.save()
    assert question(finance.post(refund_address(paid), REFUND))[0] == BY_FACTOR


def test_sending_a_refund_again_and_noting_one_by_hand_lead_back_to_the_payment(finance: Client, paid: Payment) -> None:
    refund = Refund.objects.create(payment=paid, amount=100, reason="goodwill", status="failed")
    back = f"/admin/payments/payment/inspect/{paid.pk}/"
    for action in ("again", "by-hand"):
        assert question(finance.post(f"/admin/payments/refund/{refund.pk}/{action}/")) == (BY_FACTOR, back)
    refund.refresh_from_db()
    assert refund.status == "failed"
    assert "changed anything yet" in finance.get(BY_FACTOR).content.decode()


def test_an_answer_to_a_dispute_is_drafted_at_any_time_and_submitted_with_the_factor(
    finance: Client, paid: Payment
) -> None:
    dispute = Dispute.objects.create(payment=paid, stripe_dispute_id="dp_1", amount=1125, status="needs_response")
    draft = {"version": "0", "text_product_description": "Care", "release_product_description": "on"}
    assert finance.post(f"/admin/payments/dispute/{dispute.pk}/answer/", draft).status_code == 302
    submit = f"/admin/payments/dispute/{dispute.pk}/answer/submit/"
    assert question(finance.post(submit, {"version": "1"})) == (BY_FACTOR, submit)
    assert DisputeEvidence.objects.get().state == "draft"
    assert finance.post(confirm(finance, submit), {"version": "1"}).status_code == 302
    assert DisputeEvidence.objects.get().state == "sending"


def test_the_desk_cancels_nothing_from_an_old_session(coordinator: Client, paid: Payment) -> None:
    booking = paid.booking
    addresses = [f"/admin/desk/bookings/{booking.pk}/cancel/", f"/admin/desk/sessions/{booking.session_id}/cancel/"]
    for address in addresses:
        assert question(coordinator.post(address, {"message": "Our carer has fallen ill."})) == (BY_FACTOR, address)
    booking.refresh_from_db()
    assert (booking.status, booking.session.status) == (BookingStatus.CONFIRMED, SessionStatus.OPEN)
    confirm(coordinator, addresses[1])
    page = coordinator.get(addresses[1])
    assert page.context["form"]["message"].value() == "Our carer has fallen ill."


def test_taking_back_an_entry_asks_first(finance: Client, paid: Payment) -> None:
    address = f"/admin/desk/bookings/{paid.booking_id}/take-back/"
    assert question(finance.post(address, {"note": "the wrong booking"})) == (BY_FACTOR, address)
    confirm(finance, address)
    assert finance.get(address).context["form"]["note"].value() == "the wrong booking"
    paid.refresh_from_db()
    assert paid.status == PaymentStatus.SUCCEEDED


def test_an_account_is_not_edited_from_an_old_session_and_what_was_typed_is_kept() -> None:
    colleague, client = person(Role.EDITOR), signed_in(person(Role.ADMINISTRATOR))
    later(client, 16)
    address = f"/admin/users/edit/{colleague.pk}/"
    finance, manager = (Group.objects.get(name=role.value).pk for role in (Role.FINANCE, Role.MANAGER))
    sent = {"email": "nora@example.com", "first_name": "Nora", "last_name": "Reed", "groups": [finance, manager]}
    assert question(client.post(address, sent)) == (BY_FACTOR, address)
    colleague.refresh_from_db()
    assert (colleague.first_name, colleague.groups.get().name) != ("Nora", "Finance")
    form = client.get(confirm(client, address)).context["form"]
    shown = {name: form[name].value() for name in ("email", "first_name", "last_name", "is_active")}
    assert shown == {"email": "nora@example.com", "first_name": "Nora", "last_name": "Reed", "is_active": False}
    assert form["groups"].value() == [str(finance), str(manager)]
    assert client.post(address, sent).status_code == 302
    assert set(colleague.groups.values_list("name", flat=True)) == {"Finance", "Manager"}


def test_nobody_is_invited_or_deleted_from_an_old_session() -> None:
    colleague, client = person(), signed_in(superuser())
    later(client, 16)
    sent = {"email": "nora@example.com", "first_name": "Nora", "last_name": "Reed"}
    assert question(client.post("/admin/users/new/", sent)) == (BY_FACTOR, "/admin/users/new/")
    address = f"/admin/users/delete/{colleague.pk}/"
    assert question(client.post(address)) == (BY_FACTOR, address)
    assert User.objects.filter(pk=colleague.pk).exists()
    client.post("/admin/users/new/", sent)
    confirm(client, "/admin/users/new/")
    assert client.get("/admin/users/new/").context["form"]["email"].value() == "nora@example.com"
    assert not User.objects.filter(email="nora@example.com").exists()


def test_the_copy_of_ones_data_wants_a_password_again() -> None:
    client = signed_in(person())
    later(client, 16)
    answer = client.get("/profile/your-data/download/")
    assert question(answer) == (BY_PASSWORD, "/profile/your-data/")
    assert client.post(BY_PASSWORD, {"password": "wrong", "next": "/profile/your-data/"}).status_code == 200
    assert client.get("/profile/your-data/download/").status_code == 302
    client.post(BY_PASSWORD, {"password": PASSWORD, "next": "/profile/your-data/"})
    archive = client.get("/profile/your-data/download/")
    assert sorted(zipfile.ZipFile(BytesIO(archive.content)).namelist()) == ["data.json", "your-data.html"]


def test_erasure_wants_the_factor_beside_the_password() -> None:
    user = person(factor=True)
    client = signed_in(user)
    later(client, 16)
    sent = {"password": PASSWORD, "understood": "on"}
    assert question(client.post("/profile/your-data/", sent)) == (BY_FACTOR, "/profile/your-data/")
    user.refresh_from_db()
    assert user.is_active
    assert PASSWORD not in str(dict(client.session))


FACTOR_ACTIONS: Final = (
    ("GET", "/accounts/2fa/recovery-codes/"),
    ("GET", "/accounts/2fa/recovery-codes/download/"),
    ("POST", "/accounts/2fa/recovery-codes/generate/"),
    ("POST", "/accounts/2fa/totp/deactivate/"),
    ("GET", "/accounts/2fa/webauthn/add/"),
    ("GET", "/accounts/password/change/"),
    ("POST", "/accounts/password/change/"),
    ("POST", "/accounts/email/"),
)


@pytest.mark.parametrize(("method", "address"), FACTOR_ACTIONS)
def test_nothing_about_the_account_changes_without_the_factor(method: str, address: str) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = person(Role.FINANCE)
    RecoveryCodes.activate(user)
    EmailAddress.objects.create(user=user, email="second@example.com", verified=True)
    client = signed_in(user)
    later(client, 16)
    sent = {
        "action_primary": "", "email": "second@example.com",
        "oldpassword": PASSWORD, "password1": "another calm sentence", "password2": "another calm sentence",
    }  # fmt: skip
    assert question(client.generic(method, address) if method == "GET" else client.post(address, sent)) == (
        BY_FACTOR,
        address,
    )
    user.refresh_from_db()
    assert user.check_password(PASSWORD)
    assert Authenticator.objects.filter(user=user, type="totp").count() == 1
    assert EmailAddress.objects.get(user=user, primary=True).email == user.email
    if "password" in address:
        assert "another calm sentence" not in str(dict(client.session))


def test_an_address_typed_before_the_question_is_added_after_it() -> None:
    user = person()
    client = signed_in(user)
    answer = client.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    assert question(answer) == (BY_PASSWORD, "/accounts/email/")
    client.post(BY_PASSWORD, {"password": PASSWORD, "next": "/accounts/email/"})
    assert sorted(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == sorted(
        ["new@example.com", user.email]
    )


def test_forty_wrong_passwords_end_in_a_refusal_of_the_right_one() -> None:
    client = signed_in(person())
    later(client, 16)
    for number in range(40):
        client.post(BY_PASSWORD, {"password": f"wrong {number}"})
    assert client.post(BY_PASSWORD, {"password": PASSWORD}).status_code == 429
    assert client.get("/profile/your-data/download/").status_code == 302


def test_wagtails_account_page_changes_neither_name_nor_address_nor_password_nor_picture() -> None:
    user = person(Role.EDITOR)
    client = signed_in(user)
    page = client.get("/admin/account/").content.decode()
    for field in ("name_email-", "password-", "avatar-"):
        assert f'name="{field}' not in page
    client.post(
        "/admin/account/",
        {
            "name_email-first_name": "Mallory", "name_email-last_name": "x", "name_email-email": "x@y.example",
            "password-old_password": PASSWORD, "password-new_password1": "n" * 12, "password-new_password2": "n" * 12,
        },
    )  # fmt: skip
    before = (user.first_name, user.last_name, user.email)
    user.refresh_from_db()
    assert (user.first_name, user.last_name, user.email) == before
    assert user.check_password(PASSWORD)
