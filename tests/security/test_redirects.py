"""Nobody is sent to another host because an address said so."""

import pytest

from tests.security.people import PASSWORD, browser, person

pytestmark = pytest.mark.django_db
ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "https://portal.example.org@evil.example/",
    "///evil.example",
    "\thttps://evil.example/",
)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_in_leads_to_no_other_host(there: str) -> None:
    answer = browser().post("/accounts/login/", {"login": person().email, "password": PASSWORD, "next": there})
    assert (answer.status_code, answer["Location"]) == (302, "/dashboard/")


@pytest.mark.parametrize("there", ELSEWHERE)
def test_signing_out_leads_to_no_other_host(there: str) -> None:
    client = browser()
    client.post("/accounts/login/", {"login": person().email, "password": PASSWORD})
    answer = client.post("/accounts/logout/", {"next": there})
    assert (answer.status_code, answer["Location"]) == (302, "/")


def test_a_page_of_ours_is_gone_back_to() -> None:
    answer = browser().post("/accounts/login/", {"login": person().email, "password": PASSWORD, "next": "/book/"})
    assert answer["Location"] == "/book/"
