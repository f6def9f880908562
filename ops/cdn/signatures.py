"""CloudFront's signed addresses, verified: canned and custom policies, RSA over SHA-1.

Source: Amazon CloudFront Developer Guide, "Use signed URLs". Pure functions; the time is given.
"""

import base64
import binascii
import ipaddress
import json
import posixpath
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA1

SIGNATURE_PARAMETERS = frozenset({"Expires", "Policy", "Signature", "Key-Pair-Id"})


class SignatureRefused(Exception):
    """The address does not open; the message says why, for the log and never for the viewer."""


@dataclass(frozen=True)
class TrustedKey:
    identifier: str
    key: RSAPublicKey


def verified_until(url: str, *, trusted: TrustedKey, now: float, viewer_address: str) -> int:
    """The second (Unix time) at which the signature of ``url`` ends. Raises SignatureRefused when it is not open."""
    resource, parameters = _split(url)
    if parameters.get("Key-Pair-Id") != trusted.identifier:
        raise SignatureRefused("signed with a key that is not trusted")
    policy = _policy(resource, parameters)
    _check_signature(policy, parameters.get("Signature", ""), trusted.key)
    return _check_conditions(policy, resource, now, viewer_address)


def _split(url: str) -> tuple[str, dict[str, str]]:
    """The address as it was signed, without the parameters of the signature, and those parameters."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if posixpath.normpath(path) != path or path.startswith("//"):
        # The server would serve another object than the one the signature was compared with.
        raise SignatureRefused("the path is not in its plain form")
    pairs = [(text.partition("=")[0], text) for text in parts.query.split("&") if text]
    signature = [(name, text.partition("=")[2]) for name, text in pairs if name in SIGNATURE_PARAMETERS]
    if len(dict(signature)) != len(signature):
        raise SignatureRefused("a parameter of the signature is given twice")
    rest = "&".join(text for name, text in pairs if name not in SIGNATURE_PARAMETERS)
    return parts._replace(query=rest).geturl(), dict(signature)


def _policy(resource: str, parameters: dict[str, str]) -> bytes:
    """The signed text: sent along (custom), or made from the address and its expiry (canned)."""
    if "Policy" in parameters:
        return _decoded(parameters["Policy"])
    if not parameters.get("Expires", "").isdecimal():
        raise SignatureRefused("there is no expiry")
    condition = {"DateLessThan": {"AWS:EpochTime": int(parameters["Expires"])}}
    statement = {"Statement": [{"Resource": resource, "Condition": condition}]}
    return json.dumps(statement, separators=(",", ":"), ensure_ascii=False).encode()


def _decoded(text: str) -> bytes:
    """CloudFront's base64: - _ ~ stand for + = /."""
    try:
        return base64.b64decode(text.translate(str.maketrans("-_~", "+=/")), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SignatureRefused("a parameter of the signature is not base64") from error


def _check_signature(policy: bytes, signature: str, key: RSAPublicKey) -> None:
    try:
        # SHA-1 is CloudFront's choice for signed addresses, not ours.
        key.verify(_decoded(signature), policy, padding.PKCS1v15(), SHA1())  # nosec B303 # CloudFront's format
    except InvalidSignature as error:
        raise SignatureRefused("the signature does not fit") from error


def _check_conditions(policy: bytes, resource: str, now: float, viewer_address: str) -> int:
    try:
        (statement,) = json.loads(policy)["Statement"]
        condition = statement["Condition"]
        expires = int(condition["DateLessThan"]["AWS:EpochTime"])
        starts = int(condition.get("DateGreaterThan", {}).get("AWS:EpochTime", 0))
        network = ipaddress.ip_network(_source(condition), strict=False)
        pattern = str(statement["Resource"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SignatureRefused("the policy is not one CloudFront knows") from error
    if not _matches(pattern, resource):
        raise SignatureRefused("signed for another address")
    if now >= expires:
        raise SignatureRefused("expired")
    if now <= starts:
        raise SignatureRefused("not yet open")
    if ipaddress.ip_address(viewer_address) not in network:
        raise SignatureRefused("signed for another viewer")
    return expires


def _source(condition: dict[str, Any]) -> str:
    return str(condition.get("IpAddress", {}).get("AWS:SourceIp", "0.0.0.0/0"))


def _matches(pattern: str, resource: str) -> bool:
    """CloudFront's wildcards: * for any number of characters, ? for one; nothing else is special."""
    expression = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(expression, resource, re.DOTALL) is not None
