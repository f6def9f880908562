"""EMAIL_URL: every form that earlier releases took, and a sentence for each that means nothing."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal.settings.email import settings_of

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


def read(url: str) -> tuple[object, ...]:
    found = settings_of(url)
    names = ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL", "TIMEOUT")
    return (found["EMAIL_BACKEND"], *(found[f"EMAIL_{name}"] for name in names))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://localhost:25", ("localhost", 25, "", "", False, False, 15)),
        ("smtp://", ("localhost", 25, "", "", False, False, 15)),
        ("smtp://user:pass=word@host:587?tls=1", ("host", 587, "user", "pass=word", True, False, 15)),
        ("smtp://user:p%40ss%2Fw%23rd@host:465?ssl=True", ("host", 465, "user", "p@ss/w#rd", False, True, 15)),
        ("smtp://u%40example.org:x@host?tls=no", ("host", 25, "u@example.org", "x", False, False, 15)),
        ("submission://u:p@host", ("host", 587, "u", "p", True, False, 15)),
        ("submit://u:p@host:2525?timeout=3", ("host", 2525, "u", "p", True, False, 3)),
        ("smtps://u:p@host:465?ssl=1", ("host", 465, "u", "p", False, True, 15)),
        ("smtps://u:p@host", ("host", 25, "u", "p", True, False, 15)),
    ],
)
def test_a_mail_server_is_read_from_its_address(url: str, expected: tuple[object, ...]) -> None:
    assert read(url) == (BACKEND, *expected)


@pytest.mark.parametrize(
    ("url", "module"),
    [("console://", "console"), ("memory://", "locmem"), ("dummy://", "dummy"), ("file:///var/mail", "filebased")],
)
def test_other_backends_are_named_by_their_scheme(url: str, module: str) -> None:
    assert settings_of(url)["EMAIL_BACKEND"] == f"django.core.mail.backends.{module}.EmailBackend"


def test_the_folder_of_mail_files_is_the_path() -> None:
    assert settings_of("file:////var/spool/portal mail")["EMAIL_FILE_PATH"] == "/var/spool/portal mail"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("mail.example.org:25", "EMAIL_URL starts with one of"),
        ("https://u:secret@host", "EMAIL_URL starts with one of"),
        ("smtp://u:secret@host?starttls=1", "takes the options tls, ssl and timeout, not starttls"),
        ("smtp://u:secret@host:many", "port is a number from 1 to 65535"),
        ("smtp://u:secret@host:99999", "port is a number from 1 to 65535"),
        ("smtp://u:secret@host?timeout=soon", "timeout is a whole number of seconds"),
    ],
)
def test_an_address_that_means_nothing_stops_the_start_without_its_password(url: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence) as refused:
        settings_of(url)
    assert "secret" not in str(refused.value)
