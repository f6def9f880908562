"""Liveness and readiness: what keeps the portal from its work is a 503 with the reason."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django.fixtures import Settings

PATHS = ("/healthz/", "/readyz/", "/metrics")
BARE_ADDRESS = "10.2.3.4:8000"


def ready(client: Client) -> tuple[int, dict[str, str]]:
    reply = client.get("/readyz/")
    return reply.status_code, json.loads(reply.content)


@pytest.mark.django_db
def test_a_portal_that_can_work_is_ready(client: Client) -> None:
    assert ready(client) == (200, {"status": "ok"})


@pytest.mark.django_db(transaction=True)
def test_a_read_only_database_is_not_ready(client: Client) -> None:
    """As a standby is, or a database whose disk is full and was set so."""
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    try:
        answer = ready(client)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET default_transaction_read_only")
    assert answer == (503, {"status": "unavailable", "database": "is read-only"})


@pytest.mark.django_db
def test_without_its_static_files_it_is_not_ready(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    backend = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": backend}}
    reason = {"static": "files were not collected: run collectstatic, then restart"}
    assert ready(client) == (503, {"status": "unavailable", **reason})


def asked(client: Client, path: str, address: str, **headers: str) -> HttpResponse:
    """A request to a host by its IP address, from `address`."""
    extra = {f"HTTP_{name.upper()}": value for name, value in headers.items()}
    return client.get(path, HTTP_HOST=BARE_ADDRESS, REMOTE_ADDR=address, **extra)  # type: ignore[return-value,arg-type]


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
def test_an_allowed_network_asks_by_ip_address(client: Client, settings: Settings, path: str) -> None:
    settings.METRICS_NETWORKS = ["10.0.0.0/8"]
    assert asked(client, path, "10.9.9.9").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("address", "headers"), [("192.0.2.1", {}), ("10.9.9.9", {"x_forwarded_for": "10.9.9.9"}), ("", {})]
)
def test_nobody_else_does(client: Client, settings: Settings, path: str, address: str, headers: dict[str, str]) -> None:
    settings.METRICS_NETWORKS = ["10.0.0.0/8"]
    assert asked(client, path, address, **headers).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/healthz/more", "/accounts/login/"])
def test_no_other_address_answers_by_ip(client: Client, settings: Settings, path: str) -> None:
    settings.METRICS_NETWORKS = ["10.0.0.0/8"]
    assert asked(client, path, "10.9.9.9").status_code == 400
