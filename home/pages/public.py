"""The editors' pages are the same for every stranger: kept by portal/common/page_cache.py until something changes."""

from typing import Any, Final

from django.core.cache import caches
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.images.models import Image
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from portal.bookings.models import Service
from portal.common.page_cache import forget_pages, pages_version, share

SHOWN: tuple[type[Model], ...] = (Service, Image, Site, PageViewRestriction)  # beside the pages themselves
SECONDS: Final = 60


class PublicPage:
    """Mixed into a page whose template has no form, no nonce and nothing of a visitor but who is signed in."""

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        share(request, response)
        return response

    def get_view_restrictions(self) -> "QuerySet[PageViewRestriction]":
        """Wagtail's, which asks two queries of every page, but only where anything is restricted at all."""
        if not _anything_is_restricted():
            return QuerySet(PageViewRestriction).none()
        restrictions: QuerySet[PageViewRestriction] = super().get_view_restrictions()  # type: ignore[misc]
        return restrictions


def _anything_is_restricted() -> bool:
    key = f"restricted:{pages_version()}"
    return bool(caches["local"].get_or_set(key, PageViewRestriction.objects.exists, SECONDS))


def forget(**kwargs: Any) -> None:
    """Something that pages show has changed."""
    forget_pages()


def listen() -> None:
    """Once in each process. Drafts change nothing that a visitor sees, so saving a page is not listened to."""
    for signal in (page_published, page_unpublished, page_slug_changed, post_page_move):
        signal.connect(forget, dispatch_uid="home.forget")
    post_delete.connect(_page_gone, dispatch_uid="home.forget_deleted")
    for model in SHOWN:
        for signal in (post_save, post_delete):
            signal.connect(forget, sender=model, dispatch_uid=f"home.forget_{model.__name__}")


def _page_gone(sender: type[Model], **kwargs: Any) -> None:
    if issubclass(sender, Page):
        forget_pages()
