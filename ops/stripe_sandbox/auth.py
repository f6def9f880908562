"""API keys: any well-formed test key is the one account's; live-looking keys are refused."""

import base64
import binascii
import re
from collections.abc import Mapping

from .errors import unauthorized

_KEY = re.compile(r"^(sk|rk|pk)_test_[A-Za-z0-9_]{3,247}$")


def read_key(headers: Mapping[str, str], given: str | None = None) -> str:
    """The key of a Bearer or Basic header, or the `key` parameter that browsers send."""
    scheme, _, credentials = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given = credentials.strip()
    elif scheme.lower() == "basic":
        given = _basic_user(credentials)
    if not given:
        raise unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization "
            "header, using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if re.match(r"^(sk|rk|pk)_live_", given):
        raise unauthorized("The Stripe sandbox refuses live keys; use a test key.")
    if not _KEY.match(given):
        raise unauthorized(f"Invalid API Key provided: {_masked(given)}")
    return given


def is_publishable(key: str) -> bool:
    return key.startswith("pk_")


def _basic_user(credentials: str) -> str:
    try:
        return base64.b64decode(credentials, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _masked(key: str) -> str:
    return f"{key[:8]}{'*' * max(4, len(key) - 12)}{key[-4:]}" if len(key) > 12 else "****"
