"""Every caregiver page: signed out leads to sign-in, somebody else's is a 404, one's own answers, at a fixed price."""

import re

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.gateway.base import GatewayMisconfigured, GatewayRefused, GatewayUnreachable
from payments.models import Receipt
from portal.audit.actor import Actor, Cause, Source
from portal.bookings.models import Booking
from portal.caregivers.models import CareRecipient
from portal.common import clock
from tests.factories import BookingFactory, CareRecipientFactory, SessionFactory
from tests.fakes import FakeGateway
from tests.pages import Elements, signed_in

pytestmark = pytest.mark.django_db

OF_A_BOOKING = {
    "payments:deposit": 200,
    "payments:deposit_status": 200,
    "payments:balance": 200,
    "payments:balance_status": 200,
    "payments:extend": 405,
    "home:booking": 200,
    "home:cancel": 200,
    "home:move": 200,
    "payments:receipt": 200,
    "payments:receipt_pdf": 200,
    "home:calendar": 200,
    "home:details": 200,
    "home:notes": 200,
    "home:feedback": 302,  # to the booking: nobody has been there yet
}
OF_A_PAYER = {"payments:document_pdf": 200, "payments:statement": 200, "payments:statement_pdf": 200}
OF_A_PERSON = {"caregivers:edit_person": 200, "caregivers:remove_person": 200}
OF_AN_ACCOUNT = {
    "home:book": 200,
    "home:dashboard": 200,
    "home:calendar_settings": 200,
    "payments:statements": 200,
    "home:end_calendar": 405,
    "caregivers:people": 200,
    "caregivers:add_person": 200,
    "caregivers:profile": 200,
    "caregivers:your_data": 200,
    "caregivers:download_data": 302,  # to the question who is there: nobody has signed in with a password here
    "caregivers:link_visits": 405,
}
PAY_LINK = {"payments:pay_link", "payments:pay_link_extend", "payments:pay_link_return", "payments:pay_link_status"}
PUBLIC = {"home:feed", "home:search", "payments:webhook", "payments:sample_page", *PAY_LINK}
# What each page costs, session, user and rate limit included: each of the three is a row.
QUERIES = {
    "home:book": 7,
    "payments:deposit": 7,
    "home:dashboard": 6,
    "home:booking": 13,
    "home:cancel": 5,
    "home:move": 8,
    "payments:receipt": 7,
    "payments:receipt_pdf": 7,
    "home:calendar": 7,
    "home:details": 5,
    "home:notes": 4,
    "payments:deposit_status": 5,
    "caregivers:people": 3,
    "caregivers:add_person": 2,
    "caregivers:edit_person": 3,
    "caregivers:remove_person": 4,
    "caregivers:profile": 3,
}


def paid(booking: Booking, stripe: FakeGateway) -> Booking:
    """The booking with its deposit paid and confirmed."""
    intent_id = str(open_checkout(booking).payment.intent_id)
    apply_intent(stripe.pay(intent_id), Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1"))
    booking.refresh_from_db()
    return booking


def address(name: str, booking: Booking) -> str:
    if name in OF_A_BOOKING:
        return reverse(name, args=[booking.reference])
    if name == "payments:document_pdf":
        return reverse(name, args=[booking.reference, str(Receipt.objects.get(payment__booking=booking))])
    if name in OF_A_PAYER:
        return reverse(name, args=[clock.now().year])
    return reverse(name, args=[booking.care_recipient_id]) if name in OF_A_PERSON else reverse(name)


@pytest.fixture
def paid_booking(stripe: FakeGateway) -> Booking:
    return paid(BookingFactory(), stripe)


@pytest.fixture
def own(paid_booking: Booking) -> Client:
    """The browser of the caregiver who booked."""
    return signed_in(paid_booking.caregiver.user)


def test_every_address_is_in_one_of_these_lists() -> None:
    listed = {*OF_A_BOOKING, *OF_A_PAYER, *OF_A_PERSON, *OF_AN_ACCOUNT, *PUBLIC}
    routed = set()
    for namespace in ("home", "payments", "caregivers"):
        _, resolver = get_resolver().namespace_dict[namespace]
        routed |= {f"{namespace}:{name}" for name in resolver.reverse_dict if isinstance(name, str)}
    assert routed == listed


@pytest.mark.parametrize("name", [*OF_A_BOOKING, *OF_A_PAYER, *OF_A_PERSON, *OF_AN_ACCOUNT])
@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_leads_to_sign_in_and_back(client: Client, paid_booking: Booking, name: str, method: str) -> None:
    path = address(name, paid_booking)
    response = getattr(client, method)(path)
    assert (response.status_code, response["Location"]) == (302, f"/accounts/login/?next={path}")


@pytest.mark.parametrize(
    ("name", "status"),
    [*OF_A_BOOKING.items(), *OF_A_PAYER.items(), *OF_A_PERSON.items(), *OF_AN_ACCOUNT.items()],
)
def test_ones_own_answers(own: Client, paid_booking: Booking, name: str, status: int) -> None:
    assert own.get(address(name, paid_booking)).status_code == status


def test_a_card_payment_is_refunded_to_the_card(own: Client, paid_booking: Booking) -> None:
    page = own.get(address("home:cancel", paid_booking)).content.decode()
    assert "We’ll refund the card you used. Allow 5 to 10 days." in page


@pytest.mark.parametrize("name", [*OF_A_BOOKING, *OF_A_PAYER, *OF_A_PERSON])
def test_somebody_elses_is_not_found(paid_booking: Booking, name: str) -> None:
    stranger = signed_in(CareRecipientFactory().caregiver.user)
    method = stranger.post if "extend" in name or "remove" in name else stranger.get
    answers = {method(address(name, paid_booking)).status_code}
    if name in ("home:cancel", "caregivers:edit_person"):
        answers.add(stranger.post(address(name, paid_booking), {"full_name": "Mine"}).status_code)
    assert answers == {404}
    paid_booking.refresh_from_db()
    assert (paid_booking.status, paid_booking.care_recipient.full_name) == ("confirmed", "Rose Okafor")
    assert paid_booking.care_recipient.removed_at is None


@pytest.mark.parametrize("reference", ["7K3M-9QX2-W4TD", "nonsense", "%F0%9F%92%A9", "x" * 2000])
@pytest.mark.parametrize("page", ["deposit/{}/", "bookings/{}/", "bookings/{}/receipt.pdf"])
def test_a_reference_that_is_none_is_not_found(own: Client, reference: str, page: str) -> None:
    assert own.get("/" + page.format(reference)).status_code == 404


@pytest.mark.parametrize("key", ["0", "9" * 40])
def test_a_person_that_is_none_is_not_found(own: Client, key: str) -> None:
    assert own.get(f"/people/{key}/").status_code == 404


def test_a_reference_may_be_typed_in_small_letters(own: Client, paid_booking: Booking) -> None:
    assert own.get(f"/bookings/{paid_booking.reference.lower()}/").status_code == 200


@pytest.mark.parametrize("name", QUERIES)
def test_each_page_costs_so_many_queries(own: Client, paid_booking: Booking, name: str) -> None:
    path = address(name, paid_booking)
    own.get(path)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        own.get(path)
    assert len(queries) == QUERIES[name], [query["sql"][:150] for query in queries.captured_queries]


@pytest.mark.parametrize("name", ["home:dashboard", "home:book", "caregivers:people"])
def test_a_page_costs_the_same_with_one_row_and_with_twenty(name: str, stripe: FakeGateway, settings: Settings) -> None:
    settings.BOOKING_MAX_OPEN_HOLDS = 30
    person = CareRecipientFactory()
    browser = signed_in(person.caregiver.user)

    def cost() -> int:
        browser.get(reverse(name))
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(reverse(name)).status_code == 200
        return len(queries)

    first = paid(BookingFactory(care_recipient=person), stripe)
    one = cost()
    for index in range(19):
        session = SessionFactory(service=first.session.service)
        booking = BookingFactory(session=session, care_recipient=CareRecipientFactory(caregiver=person.caregiver))
        if index % 2:
            paid(booking, stripe)
    assert Booking.objects.of(person.caregiver.user).count() == 20
    assert cost() == one


@pytest.mark.parametrize("name", [*OF_A_BOOKING, *OF_A_PERSON, *OF_AN_ACCOUNT])
def test_a_page_about_somebody_is_never_kept_by_a_cache(own: Client, paid_booking: Booking, name: str) -> None:
    response = own.get(address(name, paid_booking))
    if response.status_code == 200:
        assert "no-store" in response["Cache-Control"]


STRICT = {
    "default-src": "'none'", "base-uri": "'none'", "object-src": "'none'", "form-action": "'self'",
    "frame-ancestors": "'self'", "font-src": "'self'", "img-src": "'self' data:", "media-src": "'self'",
    "style-src": "'self'", "manifest-src": "'self'", "report-uri": "/csp-report/",
    "report-to": "csp",
}  # fmt: skip
PAYING = {"payments:deposit"}


def policy_of(header: str) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in header.split(";"))


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, status in {**OF_A_BOOKING, **OF_A_PAYER, **OF_A_PERSON, **OF_AN_ACCOUNT}.items()
        if status == 200 and not re.search("status|pdf|calendar|download", name)
    ],
)
def test_every_page_has_the_strict_policy_and_nothing_inline(stripe: FakeGateway, name: str) -> None:
    booking = BookingFactory()
    if re.search("receipt|balance|statement|details", name):
        paid(booking, stripe)
    response = signed_in(booking.caregiver.user).get(address(name, booking))
    assert response.status_code == 200
    page, policy = Elements(response.content.decode()), policy_of(response["Content-Security-Policy"])
    scripts = policy.pop("script-src").split()
    stripe_too = {"connect-src", "frame-src"} & policy.keys()
    assert {key: value for key, value in policy.items() if key not in stripe_too} == STRICT
    nonces = [source for source in scripts if source.startswith("'nonce-")]
    hosts = [source for source in scripts if source not in nonces and source != "'self'"]
    if name not in PAYING and "balance" not in name:
        assert hosts == []
        assert policy["connect-src"] == "'self'"
    else:
        assert hosts == ["https://js.stripe.com", "https://*.js.stripe.com"]
    tags = page.all("script")
    assert {f"'nonce-{tag['nonce']}'" for tag in tags if "nonce" in tag} <= set(nonces)
    assert [tag["src"] for tag in tags if "nonce" not in tag] == ([] if hosts else ["/static/portal/js/page.js"])
    assert all("src" in tag for tag in tags)
    assert not page.all("style")
    assert not [
        tag for tag, attributes in page.found if "style" in attributes or any(a[:2] == "on" for a in attributes)
    ]


def test_a_nonce_is_used_once(own: Client) -> None:
    policies = [policy_of(own.get("/book/")["Content-Security-Policy"])["script-src"] for _ in range(2)]
    assert policies[0] != policies[1]


@pytest.mark.parametrize("path", ["/book/", "/people/add/", "/profile/", "/accounts/login/"])
def test_a_form_without_its_token_is_refused_with_what_to_do(paid_booking: Booking, path: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    if not path.startswith("/accounts/"):
        strict.force_login(paid_booking.caregiver.user, backend=django_settings.AUTHENTICATION_BACKENDS[0])
    response = strict.post(path, {"login": "a@example.com", "password": "x"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "Your session has timed out" in page
    assert f'<a class="button" href="{path}">Reload the page</a>' in page


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("/people/add/", {"relationship": "my aunt"}, "Enter their full name."),
        ("/profile/", {"first_name": "", "last_name": "Okafor"}, "Enter your first name."),
    ],
)
def test_other_forms_answer_422_with_a_summary_and_keep_what_was_typed(
    own: Client, path: str, typed: dict[str, str], sentence: str
) -> None:
    response = own.post(path, typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert sentence in page[page.index('class="error-summary"') : page.index("<h1>")]
    assert all(f'value="{value}"' in page for value in typed.values() if value)


def test_adding_a_person_leads_back_to_where_they_were_missing(own: Client) -> None:
    kind = own.post("/people/add/", {"full_name": "Ada", "next": "/book/"})
    wicked = own.post("/people/add/", {"full_name": "Eve", "next": "https://example.org/"})
    ada = CareRecipient.objects.get(full_name="Ada")
    assert (kind["Location"], wicked["Location"]) == (f"/book/?person={ada.pk}", "/people/")


def test_a_payment_that_is_being_processed_is_told_alike_on_every_page(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    payment = open_checkout(booking).payment
    stripe.set(str(payment.intent_id), status="processing")
    browser = signed_in(booking.caregiver.user)
    assert "We’re confirming your deposit" in browser.get(f"/deposit/{booking.reference}/").content.decode()
    for address in ("/dashboard/", f"/bookings/{booking.reference}/"):
        page = browser.get(address).content.decode()
        assert "Your bank is processing your payment of £11.25. Please don’t pay again" in page
        assert "Payment being processed" in page
        assert "Pay deposit" not in page
    page = browser.get(f"/bookings/{booking.reference}/cancel/").content.decode()
    assert "Your payment of £11.25 is still being processed. If it goes through, we’ll refund all of it." in page
    assert "You haven’t paid anything yet" not in page


def test_a_refusal_of_stripe_is_told_apart_from_an_outage(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    stripe.fail_next = [GatewayRefused("amount_too_small")]
    response = signed_in(booking.caregiver.user).get(f"/deposit/{booking.reference}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "Our payment provider didn’t accept this payment. You haven’t been charged." in page
    assert "Try again</a>" not in page


def test_our_own_wrong_key_is_no_refusal(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    stripe.fail_next = [GatewayMisconfigured("AuthenticationError")]
    response = signed_in(booking.caregiver.user).get(f"/deposit/{booking.reference}/")
    assert (response.status_code, response.context["state"]) == (503, "unavailable")


def test_stripe_out_of_reach_is_said_with_a_way_to_try_again(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    stripe.fail_next = [GatewayUnreachable("timeout")]
    browser = signed_in(booking.caregiver.user)
    response = browser.get(f"/deposit/{booking.reference}/")
    page = response.content.decode()
    assert response.status_code == 503
    assert "We can’t reach our payment provider. You haven’t been charged" in page
    assert f'<a class="button" href="/deposit/{booking.reference}/">Try again</a>' in page
    assert browser.get(f"/deposit/{booking.reference}/").status_code == 200


def test_too_many_sign_ins_lock_out_with_a_sentence(client: Client, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "sign_in": "2/m/account+client"}
    typed = {"login": "a@example.com", "password": "wrong"}
    pages = [client.post("/accounts/login/", typed).content.decode() for _ in range(3)]
    assert "too many tries" not in pages[1]
    assert "There have been too many attempts. Wait a few minutes, or sign in with a code by email." in pages[2]


def test_too_many_requests_for_one_address_are_a_page(client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login": "1/m/ip"}
    typed = {"login": "a@example.com", "password": "wrong"}
    responses = [client.post("/accounts/login/", typed) for _ in range(2)]
    assert [response.status_code for response in responses] == [200, 429]
    assert "Wait a few minutes, then try again." in responses[1].content.decode()


def test_opening_the_payment_page_too_often_is_a_page(
    own: Client, stripe: FakeGateway, paid_booking: Booking, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "pay": "1/m/user"}
    path = f"/deposit/{paid_booking.reference}/"
    assert [own.get(path).status_code for _ in range(2)] == [200, 429]
