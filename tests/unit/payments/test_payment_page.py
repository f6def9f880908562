"""The sample payment page and the check of its scripts and headers (PCI DSS 4.0.1, 6.4.3 and 11.6.1)."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from payments.enums import PageDifference
from payments.metrics import _page_checked_at, _page_differences
from payments.models import Payment, PaymentPageCheck
from payments.payment_page import approved, check, sample
from payments.payment_page.compare import Difference, differences, released
from payments.payment_page.fetch import Fetched, NotFetched, fetch
from payments.tasks import check_payment_page
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway

pytestmark = pytest.mark.django_db
PAGE = f"{settings.BASE_URL}/deposit/sample/a-token/"
JS = "payments/js/deposit.js"
ELSEWHERE = "https://evil.example"
STEALS = f"sha256-{hashlib.sha256(b'steal()').hexdigest()}"


def received(client: Client) -> Fetched:
    response = client.get(sample.new_address().removeprefix(settings.BASE_URL))
    return Fetched(response.status_code, {k.lower(): v for k, v in response.items()}, response.content)


def our_script(address: str) -> Fetched:
    return Fetched(200, {}, released(JS))


def found(page: Fetched) -> list[tuple[str, str]]:
    return [(each.kind.value, each.what) for each in differences(PAGE, page, our_script)]


def planted(page: Fetched, markup: str) -> Fetched:
    headers = {name: value for name, value in page.headers.items() if name != "content-length"}
    return replace(page, headers=headers, body=page.body.replace(b"</main>", markup.encode() + b"</main>"))


def test_the_page_is_as_approved(client: Client) -> None:
    assert found(received(client)) == []


def test_the_sample_makes_no_booking_and_no_payment(client: Client) -> None:
    assert received(client).status == 200
    assert (Booking.objects.count(), Payment.objects.count()) == (0, 0)


def test_the_sample_has_the_real_pages_headers_and_scripts(
    client: Client, booking: BookingFactory, stripe: FakeGateway
) -> None:
    client.force_login(booking.caregiver.user)
    response = client.get(reverse("payments:deposit", args=[booking.reference]))
    real = Fetched(response.status_code, {k.lower(): v for k, v in response.items()}, response.content)
    assert found(real) == []


def test_the_sample_opens_with_a_token_of_ours_and_not_for_long(client: Client) -> None:
    address = sample.new_address().removeprefix(settings.BASE_URL)
    assert client.get(address).status_code == 200
    assert client.get("/deposit/sample/made-up/").status_code == 404
    with time_machine.travel(clock.now().timestamp() + 180):
        assert client.get(address).status_code == 404


PLANTED = {
    "a script from elsewhere": (f'<script src="{ELSEWHERE}/a.js?x=1"></script>', "script", f"{ELSEWHERE}/a.js"),
    "one of ours, not approved": ('<script src="/static/b.js"></script>', "script", f"{settings.BASE_URL}/static/b.js"),
    "a script loaded ahead": (f'<link rel="modulepreload" href="{ELSEWHERE}/m.js">', "script", f"{ELSEWHERE}/m.js"),
    "an inline script": ("<script>steal()</script>", "inline", f"script {STEALS}"),
    "a handler": ('<img src="/a.png" onerror="steal()">', "inline", f"img onerror {STEALS}"),
    "a frame": (f'<iframe src="{ELSEWHERE}/"></iframe>', "inline", "<iframe>"),
    "a base": (f'<base href="{ELSEWHERE}/">', "inline", "<base>"),
    "a link that runs": ('<a href="java\nscript:steal()">x</a>', "inline", "a href javascript:"),
}


@pytest.mark.parametrize(("markup", "kind", "what"), PLANTED.values(), ids=PLANTED)
def test_what_is_planted_is_found(client: Client, markup: str, kind: str, what: str) -> None:
    assert found(planted(received(client), markup)) == [(kind, what)]


@pytest.mark.parametrize("name", [*approved.expected_headers(), "cache-control"])
def test_a_header_that_was_taken_away_is_found(client: Client, name: str) -> None:
    page = received(client)
    headers = {key: value for key, value in page.headers.items() if key != name}
    assert found(replace(page, headers=headers)) == [("header", name)]


def test_a_policy_that_was_loosened_is_found(client: Client) -> None:
    page = received(client)
    loose = page.headers["content-security-policy"].replace("script-src ", "script-src https://evil.example ")
    changed = replace(page, headers={**page.headers, "content-security-policy": loose})
    assert found(changed) == [("header", "content-security-policy: script-src")]


def test_a_policy_that_was_taken_away_is_found(client: Client) -> None:
    page = received(client)
    changed = replace(page, headers={k: v for k, v in page.headers.items() if k != "content-security-policy"})
    assert ("header", "content-security-policy: script-src") in found(changed)


def test_a_script_of_ours_with_other_content_is_found(client: Client) -> None:
    answers = differences(PAGE, received(client), lambda address: Fetched(200, {}, released(JS) + b"steal()"))
    assert answers == [Difference(PageDifference.CONTENT, "deposit.js")]


def test_a_script_of_ours_that_is_not_served_is_found(client: Client) -> None:
    def none(address: str) -> Fetched:
        raise NotFetched("refused")

    assert differences(PAGE, received(client), none) == [Difference(PageDifference.CONTENT, "deposit.js")]


def test_a_missing_script_is_found(client: Client) -> None:
    page = received(client)
    changed = replace(page, body=page.body.replace(settings.STRIPE_JS_URL.encode(), b"/static/other.js"))
    assert found(changed) == [("script", f"{settings.BASE_URL}/static/other.js"), ("missing", "Stripe.js")]


def test_a_page_that_is_not_there_is_found(client: Client) -> None:
    assert found(Fetched(302, {}, b"")) == [("fetch", "status 302")]


@pytest.fixture
def server() -> Iterator[tuple[str, dict[str, Fetched]]]:
    """A web server of this machine, and what it answers by path."""
    answers: dict[str, Fetched] = {}

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer = answers.get(self.path) or next(iter(answers.values()))
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *args: Any) -> None:
            pass

    running = HTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}", answers
    running.shutdown()
    thread.join()
    running.server_close()


def serve(monkeypatch: pytest.MonkeyPatch, server: tuple[str, dict[str, Fetched]], page: Fetched) -> None:
    """Have the check read `page` and our script from the server."""
    address, answers = server
    monkeypatch.setattr(settings, "BASE_URL", address)
    answers["page"] = page
    answers[f"/static/{JS}"] = our_script("")


def test_the_hourly_check_reads_over_the_network_and_notes_that_all_is_well(
    client: Client, monkeypatch: pytest.MonkeyPatch, server: tuple[str, dict[str, Fetched]]
) -> None:
    serve(monkeypatch, server, received(client))
    assert check_payment_page() == 0
    row = PaymentPageCheck.objects.get()
    assert row.differences == []
    assert list(_page_checked_at()) == [([], row.checked_at.timestamp())]
    assert sum(value for _, value in _page_differences()) == 0
    assert not AuditEvent.objects.filter(action="payment_page.changed").exists()


def test_a_planted_script_is_noted_counted_and_audited(
    client: Client, monkeypatch: pytest.MonkeyPatch, server: tuple[str, dict[str, Fetched]]
) -> None:
    serve(monkeypatch, server, planted(received(client), '<script src="https://evil.example/a.js"></script>'))
    assert check_payment_page() == 1
    row = PaymentPageCheck.objects.get()
    assert row.differences == [{"kind": "script", "what": "https://evil.example/a.js"}]
    assert {kind: value for [kind], value in _page_differences()}["script"] == 1
    assert list(_page_checked_at()) == [([], 0)]
    audited = AuditEvent.objects.get(action="payment_page.changed")
    assert (audited.object_id, audited.data, audited.actor_id) == (str(row.pk), {"script": 1}, "security")


def test_a_planted_script_of_a_template_is_found(client: Client, settings: Any, tmp_path: Any) -> None:
    from copy import deepcopy

    (tmp_path / "components").mkdir()
    (tmp_path / "components" / "footer.html").write_text("<script src='https://evil.example/a.js'></script>")
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["DIRS"] = [tmp_path, *templates[0]["DIRS"]]
    settings.TEMPLATES = templates
    assert found(received(client)) == [("script", "https://evil.example/a.js")]


def test_a_page_that_cannot_be_read_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BASE_URL", "http://127.0.0.1:1")
    assert check.check_payment_page().differences == [{"kind": "fetch", "what": "URLError"}]


def test_a_redirect_is_not_followed(server: tuple[str, dict[str, Fetched]]) -> None:
    address, answers = server
    answers["page"] = Fetched(302, {"Location": "https://evil.example/"}, b"")
    assert fetch(address).status == 302


def test_only_web_addresses_are_read() -> None:
    with pytest.raises(NotFetched, match="not a web address"):
        fetch("file:///etc/passwd")


RETURN = "?payment_intent=pi_1&payment_intent_client_secret=pi_1_secret_2&redirect_status="


def test_a_return_from_the_bank_loses_its_secret(client: Client, booking: BookingFactory, stripe: FakeGateway) -> None:
    client.force_login(booking.caregiver.user)
    page = reverse("payments:deposit", args=[booking.reference])
    response = client.get(f"{page}{RETURN}succeeded")
    assert (response.status_code, response["Location"]) == (302, page)
    assert response["Referrer-Policy"] == "strict-origin"
    assert "did not confirm" not in client.get(page).content.decode()


def test_a_return_of_somebody_signed_out_does_not_take_the_secret_to_sign_in(client: Client) -> None:
    page = reverse("payments:deposit", args=["7K3M-9QX2-W4TD"])
    assert client.get(f"{page}{RETURN}failed")["Location"] == page
    assert "secret" not in client.get(page)["Location"]


def test_a_failed_return_says_why_once(client: Client, booking: BookingFactory, stripe: FakeGateway) -> None:
    client.force_login(booking.caregiver.user)
    page = reverse("payments:deposit", args=[booking.reference])
    client.get(f"{page}{RETURN}failed")
    sentence = 'role="alert">Your bank couldn’t confirm it was you.'
    assert sentence in client.get(page).content.decode()
    assert sentence not in client.get(page).content.decode()
