"""CloudFront's signed addresses."""

from datetime import UTC, datetime, timedelta

from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key


def signer(key_id: str, pem: str) -> CloudFrontSigner:
    """Signs with the private key in `pem`. Raises ValueError when that is no RSA key."""
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("The signing key must be an RSA key.")
    # SHA-1 is CloudFront's choice for signed addresses, not ours.
    return CloudFrontSigner(key_id, lambda text: key.sign(text, padding.PKCS1v15(), SHA1()))  # noqa: S303 - CloudFront's format # nosec B303


def signed(by: CloudFrontSigner, url: str, *, seconds: int) -> str:
    """`url` with a signature that opens it for `seconds` from now."""
    return str(by.generate_presigned_url(url, date_less_than=datetime.now(UTC) + timedelta(seconds=seconds)))
