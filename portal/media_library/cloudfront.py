"""CloudFront as Wagtail's frontend cache."""

import logging
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from wagtail.contrib.frontend_cache.backends import CloudfrontBackend

logger: Final = logging.getLogger("wagtail.frontendcache")
PATIENCE: Final = Config(connect_timeout=3, read_timeout=10, retries={"total_max_attempts": 2})


class Cloudfront(CloudfrontBackend):  # type: ignore[misc]
    """Wagtail's, for which an editor never waits long, and whose outage is a line in the log like any refusal."""

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)
        self.client = boto3.client("cloudfront", config=PATIENCE)

    def _create_invalidation(self, distribution_id: str, paths: list[str]) -> None:
        try:
            super()._create_invalidation(distribution_id, paths)
        except BotoCoreError as error:
            for path in paths:
                logger.error("Couldn't purge path '%s' from CloudFront: %s", path, type(error).__name__)
