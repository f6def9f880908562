"""CloudFront as Wagtail's frontend cache."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import uuid4

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.signers import CloudFrontSigner
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from wagtail.contrib.frontend_cache.backends import CloudfrontBackend

from portal.media_library.metrics import PURGE_FAILURES

logger: Final = logging.getLogger("portal.cdn")
PATIENCE: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})


class Cloudfront(CloudfrontBackend):  # type: ignore[misc]
    """Wagtail's, for which no editor waits long; what is refused or not answered is logged and counted, not raised.

    docs/runbooks/cdn-purge-failing.md says what the alert means.
    """

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.client = boto3.client("cloudfront", config=PATIENCE)

    def _create_invalidation(self, distribution_id: str, paths: list[str]) -> None:
        batch = {"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": str(uuid4())}
        try:
            self.client.create_invalidation(DistributionId=distribution_id, InvalidationBatch=batch)
        except (BotoCoreError, ClientError) as error:
            PURGE_FAILURES.inc(len(paths))
            logger.error("the CDN could not be told to forget", extra={"paths": paths[:20], "error": str(error)})


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
