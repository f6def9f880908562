"""Settings that cannot be meant are refused at start, each with its id."""

import pytest
from pytest_django.fixtures import Settings

from portal.common.checks import check_settings


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
