"""A frontend cache that remembers what it was told to forget."""

from typing import Any, ClassVar

from wagtail.contrib.frontend_cache.backends import BaseBackend


class Remembering(BaseBackend):
    """`forgotten` is shared by all instances: Wagtail makes one for each purge."""

    forgotten: ClassVar[list[str]] = []

    def __init__(self, params: dict[str, Any]) -> None:
        super().__init__(params)

    def purge(self, url: str) -> None:
        self.forgotten.append(url)

    def purge_batch(self, urls: list[str]) -> None:
        self.forgotten.extend(urls)
