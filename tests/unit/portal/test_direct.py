"""Machines' requests pass by what serves people, and are counted all the same."""

import pytest
from django.conf import settings
from django.test import Client
from django_prometheus.middleware import Metrics

pytestmark = pytest.mark.django_db
WEBHOOK = "/stripe/webhook/00000000-0000-4000-8000-000000000000/"


def answered(status: int) -> float:
    return Metrics.get_instance().responses_by_status.labels(status=str(status))._value.get()


def test_a_delivery_needs_no_policy_and_no_session(client: Client) -> None:
    before = answered(404)
    reply = client.post(WEBHOOK, b"{}", content_type="application/json")
    assert (reply.status_code, reply.content) == (404, b"unknown_endpoint\n")
    assert (reply.headers["Content-Security-Policy"], reply.cookies) == (settings.CSP_FILE, {})
    assert answered(404) == before + 1


def test_an_address_under_it_that_does_not_exist_is_not_found(client: Client) -> None:
    assert client.post("/stripe/webhook/nothing/").status_code == 404


def test_a_view_that_breaks_answers_500_and_is_counted(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("payments.webhooks._verified_body", breaks)
    before, client.raise_request_exception = answered(500), False
    assert client.post(WEBHOOK).status_code == 500
    assert answered(500) == before + 1


def test_people_keep_their_policies(client: Client) -> None:
    assert "Content-Security-Policy" in client.get("/accounts/login/").headers
