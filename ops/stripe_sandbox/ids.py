"""Identifiers that look like Stripe's."""

import random
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager

_ALPHABET = string.ascii_letters + string.digits
_random = random.Random(secrets.randbits(128))  # fast; only names, not secrets


@contextmanager
def repeatable(seed: int) -> Iterator[None]:
    """Gives the same names in the same order inside: for a history that is to be the same each time."""
    _random.seed(seed)
    try:
        yield
    finally:
        _random.seed(secrets.randbits(128))


def random_text(length: int) -> str:
    return "".join(_random.choices(_ALPHABET, k=length))


def new_id(prefix: str) -> str:
    """`pi_3…`, `cus_…`, `req_…`: the prefix decides the length, as at Stripe."""
    short = prefix in {"cus", "req"}
    return f"{prefix}_{random_text(14)}" if short else f"{prefix}_3{random_text(23)}"


def client_secret(intent_id: str) -> str:
    return f"{intent_id}_secret_{random_text(25)}"


def signing_secret() -> str:
    return f"whsec_{secrets.token_hex(16)}"
