"""Ciphertext names its key, every listed key opens, and what was stored before encryption is still read."""

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from pytest_django import Settings

from portal.common.encryption import (
    SessionSerializer,
    UnreadableSecret,
    decrypt,
    encrypt,
    is_encrypted,
    key_id,
    reencrypt,
)

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_what_was_encrypted_is_read_again(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    stored = encrypt("whsec_ü")
    assert stored.startswith(f"enc:{key_id(NEW)}:")
    assert (is_encrypted(stored), "whsec" in stored, decrypt(stored)) == (True, False, "whsec_ü")


def test_the_same_text_is_never_the_same_ciphertext(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    assert encrypt("seed") != encrypt("seed")


def test_what_lies_in_clear_is_read_as_it_stands() -> None:
    assert [decrypt(stored) for stored in ("whsec_test", "JBSWY3DP", "")] == ["whsec_test", "JBSWY3DP", ""]


def test_an_older_key_opens_and_the_first_one_encrypts(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    stored = encrypt("seed")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    again = reencrypt(stored)
    assert (decrypt(stored), again.startswith(f"enc:{key_id(NEW)}:"), decrypt(again)) == ("seed", True, "seed")
    assert (reencrypt(again), reencrypt("")) == (again, "")


def test_without_its_key_it_is_unreadable_and_the_key_is_named(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    stored = encrypt("seed")
    settings.ENCRYPTION_KEYS = [NEW]
    for read in (decrypt, reencrypt):
        with pytest.raises(UnreadableSecret, match=f"^key {key_id(OLD)} is missing$"):
            read(stored)


def test_ciphertext_that_was_altered_is_unreadable(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(UnreadableSecret):
        decrypt(encrypt("seed")[:-6] + "AAAAA=")


def test_the_longest_signing_secret_of_stripe_fits_its_column() -> None:
    """dj-stripe's column has 256 characters; Stripe's secrets have 38."""
    assert len(encrypt("w" * 100)) <= 256


@pytest.mark.django_db
def test_a_session_lies_in_the_table_as_ciphertext() -> None:
    session = SessionStore()
    session["mfa.totp.secret"] = "JBSWY3DPEHPK3PXP"
    session.save()
    row = Session.objects.get()
    plain = SessionSerializer().dumps({"mfa.totp.secret": "JBSWY3DPEHPK3PXP"})
    assert (b"JBSWY3DP" in plain, "totp" in row.session_data) == (False, False)
    assert SessionStore(session.session_key)["mfa.totp.secret"] == "JBSWY3DPEHPK3PXP"


@pytest.mark.django_db
def test_a_session_whose_key_is_gone_is_an_empty_one(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    session = SessionStore()
    session["user"] = 1
    session.save()
    settings.ENCRYPTION_KEYS = [NEW]
    assert SessionStore(session.session_key).get("user") is None
    with pytest.raises(InvalidToken):
        SessionSerializer().loads(b"gAAAAA")


@pytest.mark.django_db
def test_a_session_of_the_release_before_goes_on(settings: Settings) -> None:
    settings.SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"
    session = SessionStore()
    session["user"] = 1
    session.save()
    settings.SESSION_SERIALIZER = "portal.common.encryption.SessionSerializer"
    assert SessionStore(session.session_key)["user"] == 1
