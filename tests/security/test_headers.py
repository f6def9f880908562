"""Headers and cookies of every kind of answer, and MDN Observatory's rules applied to the public pages."""

import re

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import Settings

from portal.accounts.roles import Role
from tests.factories import BookingFactory, CaregiverFactory, CareRecipientFactory
from tests.fakes import FakeGateway, use_gateway
from tests.security.people import browser, person, signed_in

pytestmark = pytest.mark.django_db
PUBLIC = [
    "/",
    "/services/",
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/library/",
    "/nowhere/",
]
Cookie = tuple[str, bool, bool, str]  # name, Secure, HttpOnly (not asked of the form token), SameSite
REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
MACHINES = ["/healthz/", "/.well-known/security.txt", "/media/public/nothing.png", "/stripe/webhook/x/", "/may-upload/"]


def directives(policy: str) -> dict[str, list[str]]:
    """The policy's directives with their sources."""
    parts = [part.split() for part in policy.split(";") if part.strip()]
    return {name: sources for name, *sources in parts}


def observatory(headers: dict[str, str], cookies: list[Cookie]) -> dict[str, int]:
    """MDN Observatory's modifiers by rule, from 100; a rule that is broken takes away, some that are kept add."""
    policy = directives(headers.get("content-security-policy", ""))
    default = policy.get("default-src", ["*"])
    scripts, styles = policy.get("script-src", default), policy.get("style-src", default)
    unsafe = {"'unsafe-inline'", "'unsafe-eval'", "data:", "https:", "http:", "*"}
    seconds = re.search(r"max-age=(\d+); .*preload", headers.get("strict-transport-security", ""))
    strict = default == ["'none'"] and not unsafe & {*styles}
    return {
        "policy": -25 if not policy else -20 if unsafe & {*scripts} else 10 if strict else 5,
        "transport": 5 if seconds and int(seconds[1]) >= 15_768_000 else -20,
        "sniffing": 0 if headers.get("x-content-type-options") == "nosniff" else -5,
        "frames": 5 if "frame-ancestors" in policy else -20,
        "referrer": 5 if headers.get("referrer-policy") in REFERRERS else -5,
        "resources": 10 if headers.get("cross-origin-resource-policy") == "same-origin" else 0,
        "sharing": -50 if headers.get("access-control-allow-origin") == "*" else 0,
        "cookies": _of_cookies(cookies),
    }


def _of_cookies(cookies: list[Cookie]) -> int:
    if not all(secure for _, secure, _, _ in cookies):
        return -20
    return 5 if cookies and all(hidden and same_site for _, _, hidden, same_site in cookies) else 0


def cookies_of(reply: object) -> list[Cookie]:
    found = reply.cookies.values()  # type: ignore[attr-defined]
    return [(c.key, bool(c["secure"]), bool(c["httponly"]) or "csrf" in c.key, c["samesite"]) for c in found]


def lower(reply: object) -> dict[str, str]:
    return {name.lower(): value for name, value in reply.headers.items()}  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_reaches_a_plus(client: Client, path: str) -> None:
    reply = client.get(path)
    score = observatory(lower(reply), cookies_of(reply))
    assert 100 + sum(score.values()) >= 100, score
    assert min(score.values()) >= 0, score


def test_the_deposit_page_reaches_a_plus(monkeypatch: pytest.MonkeyPatch) -> None:
    use_gateway(FakeGateway(), monkeypatch)
    user = person()
    booking = BookingFactory(care_recipient=CareRecipientFactory(caregiver=CaregiverFactory(user=user)))
    reply = signed_in(user).get(f"/deposit/{booking.reference}/")
    score = observatory(lower(reply), cookies_of(reply))
    assert reply.status_code == 200
    assert min(score.values()) >= 0, (score, cookies_of(reply), lower(reply))
    policy = directives(reply["Content-Security-Policy"])
    assert set(settings.STRIPE_CSP_SCRIPT) < set(policy["script-src"])
    assert 'payment=(self "https://js.stripe.com"' in reply["Permissions-Policy"]


@pytest.mark.parametrize("path", [*PUBLIC, *MACHINES])
def test_every_kind_of_answer_has_them(client: Client, path: str) -> None:
    headers = client.get(path).headers
    expected = {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "cross-origin" if path.startswith("/media/") else "same-origin",
        "Permissions-Policy": settings.PERMISSIONS_POLICY,
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    }
    assert {name: headers.get(name) for name in expected} == expected
    assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("sent", [{"q": "\x00"}, {"x": "1"}])
def test_a_refusal_has_them_too(client: Client, sent: dict[str, str]) -> None:
    reply = client.post("/csp-report/", sent)
    assert reply.status_code == 400
    assert (reply["X-Content-Type-Options"], reply["Cross-Origin-Resource-Policy"]) == ("nosniff", "same-origin")


def test_pages_say_where_reports_go(client: Client) -> None:
    reply = client.get("/accounts/login/")
    assert reply["Reporting-Endpoints"] == 'csp="/csp-report/"'
    policy = directives(reply["Content-Security-Policy"])
    assert (policy["report-to"], policy["report-uri"]) == (["csp"], ["/csp-report/"])


def test_inline_code_is_allowed_in_the_admin_alone() -> None:
    staff = signed_in(person(Role.EDITOR))
    policy = directives(staff.get("/admin/")["Content-Security-Policy"])
    assert "'unsafe-inline'" in policy["script-src"]
    assert (policy["default-src"], policy["object-src"], policy["base-uri"]) == (["'none'"], ["'none'"], ["'none'"])
    assert "'unsafe-inline'" not in staff.get("/accounts/email/")["Content-Security-Policy"]


def test_session_and_form_cookies_belong_to_this_host_alone() -> None:
    client = signed_in(person())
    for name in ("__Host-session", "__Host-csrf"):
        cookie = client.cookies[name]
        assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["samesite"]) == (True, "/", "", "Lax")
    assert client.cookies["__Host-session"]["httponly"]
    assert {"sessionid", "csrftoken"} & set(client.cookies) == set()


def test_a_session_under_the_former_name_lives_on_for_a_release() -> None:
    key = signed_in(person()).cookies["__Host-session"].value
    upgraded = browser()
    upgraded.cookies["sessionid"] = key
    assert upgraded.get("/people/").status_code == 200


@pytest.mark.parametrize(
    ("contact", "said"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
def test_security_txt_says_where_to_write(contact: str, said: str, client: Client, settings: Settings) -> None:
    settings.SECURITY_CONTACT = contact
    reply = client.get("/.well-known/security.txt")
    lines = dict(line.split(": ", 1) for line in reply.content.decode().splitlines())
    assert (reply["Content-Type"], lines["Contact"]) == (
        "text/plain; charset=utf-8",
        said,
    )
    assert lines["Canonical"] == "https://portal.example.org/.well-known/security.txt"
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT00:00:00Z", lines["Expires"])
