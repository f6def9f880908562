"""Settings that cannot be meant are refused at start, each with its id."""

import os
import subprocess
import sys

import dj_database_url
import pytest
from pytest_django.fixtures import Settings

from portal.common.checks import check_settings
from portal.settings import email
from tests.security.environment import STAGING


def ids() -> list[str]:
    return [str(message.id) for message in check_settings(None)]


@pytest.fixture
def deployed(settings: Settings) -> Settings:
    settings.BASE_URL = "https://portal.example.org"
    settings.ALLOWED_HOSTS = ["portal.example.org", "127.0.0.1"]
    return settings


def test_settings_that_can_be_meant_pass(deployed: Settings) -> None:
    assert ids() == []


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("DEFAULT_FROM_EMAIL", "Care, Ltd <a@b.example>", ["portal.E001"]),
        ("DEFAULT_FROM_EMAIL", "Care <a@b.example>, Other <c@d.example>", ["portal.E001"]),
        ("DEFAULT_FROM_EMAIL", "Care", ["portal.E001"]),
        ("DEFAULT_FROM_EMAIL", "Care <care@>", ["portal.E001"]),
        ("DEFAULT_FROM_EMAIL", "Care <a@b.example>\r\nBcc: c@d.example", ["portal.E001"]),
        ("DEFAULT_FROM_EMAIL", '"Care, Ltd" <a@b.example>', []),
        ("DEFAULT_FROM_EMAIL", "Hearth & Hand <a@b.example>", []),
        ("DEFAULT_FROM_EMAIL", "a@b.example", []),
        ("SERVER_EMAIL", "nobody", ["portal.E001"]),
        ("BASE_URL", "portal.example.org", ["portal.E002"]),
        ("BASE_URL", "ftp://portal.example.org", ["portal.E002"]),
        ("BASE_URL", "https://", ["portal.E002"]),
        ("BASE_URL", "https://[::1", ["portal.E002"]),
        ("BASE_URL", "https://portal.example.org:port", ["portal.E002"]),
        ("BASE_URL", "https://por tal.example.org", ["portal.E002"]),
        ("BASE_URL", "https://portal.example.org/care", ["portal.E003"]),
        ("BASE_URL", "https://portal.example.org?from=mail", ["portal.E003"]),
        ("BASE_URL", "https://me@portal.example.org", ["portal.E003"]),
        ("BASE_URL", "https://other.example.org", ["portal.E004"]),
        ("BASE_URL", "https://portal.example.org:8443", []),
        ("ALLOWED_HOSTS", ["portal.example.org", "https://portal.example.org"], ["portal.E005"]),
        ("ALLOWED_HOSTS", ["portal.example.org:443", "portal.example.org"], ["portal.E005"]),
        ("ALLOWED_HOSTS", ["portal.example.org", "*"], ["portal.E005"]),
        ("ALLOWED_HOSTS", ["portal.example.org", "under_score.example.org"], ["portal.E005"]),
        ("ALLOWED_HOSTS", ["portal.example.org", "a b"], ["portal.E005"]),
        ("ALLOWED_HOSTS", [".example.org", "[::1]", "localhost"], []),
        ("REPORTING_TIME_ZONE", "Europe/Bristol", ["portal.E006"]),
        ("METRICS_NETWORKS", ["10.0.0.0/8", "10.0.0.1/8"], ["portal.E007"]),
        ("METRICS_NETWORKS", ["prometheus"], ["portal.E007"]),
        ("METRICS_NETWORKS", ["10.0.0.7"], []),
        ("ORGANISATION", {"email": "hello at example.org"}, ["portal.E008"]),
        ("ORGANISATION", {"email": ""}, []),
    ],
)
def test_what_cannot_be_meant_has_an_id(deployed: Settings, name: str, value: object, expected: list[str]) -> None:
    setattr(deployed, name, value)
    assert ids() == expected


@pytest.fixture
def encrypted(deployed: Settings) -> Settings:
    deployed.ENCRYPTED_CONNECTIONS_REQUIRED = True
    deployed.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    deployed.EMAIL_HOST, deployed.EMAIL_USE_TLS, deployed.EMAIL_USE_SSL = "localhost", False, False
    return deployed


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://portal:x@db.example/portal", ["portal.E009"]),
        ("postgres://portal:x@10.0.0.4/portal", ["portal.E009"]),
        ("postgres://portal:x@[fd00::1]/portal?sslmode=prefer", ["portal.E009"]),
        ("postgres://portal:x@db.example/portal?sslmode=disable", ["portal.E009"]),
        ("postgres://portal:x@db.example/portal?sslmode=require", []),
        ("postgres://portal:x@db.example/portal?sslmode=verify-ca", []),
        ("postgres://portal:x@db.example/portal?sslmode=verify-full", []),
        ("postgres://portal:x@localhost/portal", []),
        ("postgres://portal:x@127.0.0.1/portal", []),
        ("postgres://portal:x@[::1]/portal", []),
        ("postgres://portal:x@%2Frun%2Fpostgresql/portal", []),
        ("postgres:///portal", []),
        ("sqlite:////srv/portal.sqlite3", []),
    ],
)
def test_a_database_elsewhere_is_spoken_to_through_tls(
    encrypted: Settings, monkeypatch: pytest.MonkeyPatch, url: str, expected: list[str]
) -> None:
    monkeypatch.setitem(encrypted.DATABASES, "default", dj_database_url.parse(url))
    assert ids() == expected
    assert "x@" not in str(check_settings(None))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://:x@redis.example:6379/0", ["portal.E011"]),
        ("redis://localhost:6379/0;redis://redis.example:6379/0", ["portal.E011"]),
        ("sentinel://10.0.0.5:26379", ["portal.E011"]),
        ("amqp://guest:x@mq.example//", ["portal.E011"]),
        ("rediss://redis.example:6379/0?ssl_cert_reqs=none", ["portal.E011"]),
        ("rediss://redis.example:6379/0?ssl_cert_reqs=CERT_NONE", ["portal.E011"]),
        ("rediss://:x@redis.example:6379/0", []),
        ("rediss://redis.example:6379/0?ssl_cert_reqs=required", []),
        ("redis://127.0.0.1:6379/0", []),
        ("redis+socket:///run/redis.sock", []),
        ("sqs://", []),
        ("memory://", []),
    ],
)
def test_a_broker_elsewhere_is_spoken_to_through_tls(encrypted: Settings, url: str, expected: list[str]) -> None:
    encrypted.CELERY_BROKER_URL = url
    assert ids() == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://user:x@mail.example:25", ["portal.E012"]),
        ("smtp://user:x@mail.example:587?tls=1", []),
        ("smtp://user:x@mail.example:465?ssl=1", []),
        ("smtp://localhost:25", []),
        ("console://", []),
    ],
)
def test_a_mail_server_elsewhere_is_spoken_to_through_tls(encrypted: Settings, url: str, expected: list[str]) -> None:
    for name, value in email.settings_of(url).items():
        setattr(encrypted, name, value)
    assert ids() == expected


def test_a_private_network_needs_no_tls(encrypted: Settings) -> None:
    encrypted.CELERY_BROKER_URL, encrypted.EMAIL_HOST = "redis://redis.example:6379/0", "mail.example"
    encrypted.ENCRYPTED_CONNECTIONS_REQUIRED = False
    assert ids() == []


@pytest.mark.parametrize(("said", "required"), [({}, True), ({"PORTAL_PRIVATE_NETWORK": "1"}, False)])
def test_it_is_required_wherever_a_portal_is_deployed(said: dict[str, str], required: bool) -> None:
    asked = "from portal.settings import staging as s; print(s.ENCRYPTED_CONNECTIONS_REQUIRED)"
    answer = subprocess.run(
        [sys.executable, "-c", asked], env={**os.environ, **STAGING, **said}, capture_output=True, check=True
    )
    assert answer.stdout.decode().strip() == str(required)
