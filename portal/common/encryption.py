"""Secrets that must be read again (TOTP seeds, the webhook's signing secret) lie in the database as ciphertext.

The keys are in the environment only (`PORTAL_ENCRYPTION_KEYS`), so neither a dump nor a stolen replica opens anything.
The first key encrypts, every key decrypts: a new one is put first, `encrypt_secrets` rewrites what is stored, and the
old one can go. What is stored names its key, so that a missing one is noticed at start without opening any row:
`enc:<8 hexadecimal digits of the key's SHA-256>:<Fernet token>`.

Whatever has no such prefix is taken as it stands: rows that the release before encryption wrote. `encrypt_secrets`
converts them, and the invariant `secrets_are_encrypted` names what is left.
"""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from typing import Any, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.signing import JSONSerializer

PREFIX: Final = "enc:"
PREFIX_LENGTH: Final = len("enc:01234567:")


class UnreadableSecret(RuntimeError):
    """No key of PORTAL_ENCRYPTION_KEYS opens what is stored."""


def encrypt(text: str) -> str:
    """`text` as ciphertext under the first key; about 1.4 characters for each byte, and 110 more."""
    return f"{current_prefix()}{_fernet().encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """The text that was encrypted, or `stored` itself when it is not ciphertext. Raises UnreadableSecret."""
    if not is_encrypted(stored):
        return stored
    try:
        return _fernet().decrypt(stored[PREFIX_LENGTH:]).decode()
    except InvalidToken:
        raise UnreadableSecret(f"key {stored[len(PREFIX) : PREFIX_LENGTH - 1]} is missing") from None


def reencrypt(stored: str) -> str:
    """`stored` under the first key; unchanged when it is already, or empty. Raises UnreadableSecret."""
    return stored if not stored or stored.startswith(current_prefix()) else encrypt(decrypt(stored))


def is_encrypted(stored: str) -> bool:
    """Whether it is ciphertext of ours."""
    return stored.startswith(PREFIX)


def current_prefix() -> str:
    """What ciphertext under the first key begins with."""
    return f"{PREFIX}{key_id(settings.ENCRYPTION_KEYS[0])}:"


def key_id(key: str) -> str:
    """The name that ciphertext gives its key; it tells nothing of the key."""
    return sha256(key.encode()).hexdigest()[:8]


def known_key_ids() -> set[str]:
    """Of the keys that the environment lists."""
    return {key_id(key) for key in settings.ENCRYPTION_KEYS}


def _fernet() -> MultiFernet:
    return _fernet_of(tuple(settings.ENCRYPTION_KEYS))


@cache
def _fernet_of(keys: Sequence[str]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


class SessionSerializer:
    """Django's session data as ciphertext: the seed of a second factor being set up and the key of a password reset
    are in it. A session that no key opens counts as none (InvalidToken): its owner signs in again.
    """

    def dumps(self, obj: Any) -> bytes:
        return _fernet().encrypt(JSONSerializer().dumps(obj))

    def loads(self, data: bytes) -> Any:
        if data.startswith(b"{"):  # of the release before encryption
            return JSONSerializer().loads(data)
        return JSONSerializer().loads(_fernet().decrypt(data))
