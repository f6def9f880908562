"""One line for each event: ids and codes, a coarse address, nothing that names a person."""

import json
import logging
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory

from portal.accounts.models import User
from portal.common.logs import JsonFormatter
from portal.security.events import Outcome, SecurityEvent
from portal.security.log import record
from portal.security.metrics import EVENTS


def counted(event: SecurityEvent, outcome: Outcome) -> float:
    [family] = EVENTS.collect()
    wanted = {"event": event.value, "outcome": outcome.value}
    return next(s.value for s in family.samples if s.name.endswith("_total") and s.labels == wanted)


def line(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    """The one line as it is written."""
    [only] = [entry for entry in caplog.records if entry.name == "portal.security"]
    return dict(json.loads(JsonFormatter().format(only)))


def test_a_line_has_the_event_its_outcome_the_account_and_the_network(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().post("/", REMOTE_ADDR="203.0.113.77")
    request.user = AnonymousUser()
    record(SecurityEvent.SIGN_IN, outcome=Outcome.REFUSED, request=request, user_id=7, reason="password")
    written = line(caplog)
    del written["at"]
    assert written == {
        "level": "WARNING",
        "logger": "portal.security",
        "message": "security event",
        "event": "sign_in",
        "outcome": "refused",
        "user_id": 7,
        "client": "203.0.113.0/24",
        "reason": "password",
    }


def test_left_out_the_account_is_the_one_signed_in(caplog: pytest.LogCaptureFixture) -> None:
    request = RequestFactory().post("/")
    request.user = User(pk=12)
    with caplog.at_level(logging.INFO, "portal.security"):
        record(SecurityEvent.SIGN_OUT, outcome=Outcome.SUCCESS, request=request)
    assert (line(caplog)["user_id"], line(caplog)["level"]) == (12, "INFO")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("2001:db8:12:34:56::1", "2001:db8:12::/48"),
        ("::ffff:203.0.113.77", "203.0.113.0/24"),  # IPv4 in IPv6's clothes
        ("", ""),  # a socket file
        ("nonsense", ""),
    ],
)
def test_the_address_is_made_coarse(address: str, network: str, caplog: pytest.LogCaptureFixture) -> None:
    record(SecurityEvent.CSRF, outcome=Outcome.REFUSED, request=RequestFactory().post("/", REMOTE_ADDR=address))
    assert line(caplog)["client"] == network


def test_the_address_is_the_one_that_the_trusted_proxy_saw(settings: Any, caplog: pytest.LogCaptureFixture) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    request = RequestFactory().post("/", headers={"X-Forwarded-For": "10.1.1.1, 198.51.100.4"})
    record(SecurityEvent.CSRF, outcome=Outcome.REFUSED, request=request)
    assert line(caplog)["client"] == "198.51.100.0/24"


def test_each_line_is_counted() -> None:
    before = counted(SecurityEvent.LIMIT, Outcome.LIMITED)
    record(SecurityEvent.LIMIT, outcome=Outcome.LIMITED)
    assert counted(SecurityEvent.LIMIT, Outcome.LIMITED) == before + 1
