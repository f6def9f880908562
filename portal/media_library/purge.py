"""A page that moves is forgotten by the CDN at its old address too; Wagtail itself purges on publish and unpublish."""

from typing import Any

from django.dispatch import receiver
from wagtail.contrib.frontend_cache.utils import purge_pages_from_cache, purge_urls_from_cache
from wagtail.models import Page
from wagtail.signals import page_slug_changed, post_page_move


@receiver(post_page_move, dispatch_uid="media_library.purge_moved")
def purge_moved(instance: Page, url_path_before: str, url_path_after: str, **kwargs: Any) -> None:
    """The page and everything under it had other addresses before."""
    _purge(instance, before=url_path_before, after=url_path_after)


@receiver(page_slug_changed, dispatch_uid="media_library.purge_renamed")
def purge_renamed(instance: Page, instance_before: Page, **kwargs: Any) -> None:
    """A new slug is a move on the spot."""
    _purge(instance, before=instance_before.url_path, after=instance.url_path)


def _purge(page: Page, *, before: str, after: str) -> None:
    if before == after:
        return
    family = [page, *page.get_descendants().live()]
    purge_pages_from_cache(family)
    root = page.get_site()
    if root is None:
        return
    home = root.root_page.url_path
    old = (before + p.url_path.removeprefix(after) for p in family)
    purge_urls_from_cache([f"{root.root_url}/{path.removeprefix(home)}" for path in old])
