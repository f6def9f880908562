"""The editors' pages are the same for every stranger: kept by portal/common/page_cache.py until something changes."""

from typing import Any, Final

from django.conf import settings
from django.core.cache import caches
from django.db.models import Model, QuerySet
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from wagtail.documents.models import Document
from wagtail.images.models import Image, SourceImageIOError
from wagtail.models import Page, PageViewRestriction, Site
from wagtail.search import index
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from home.pages.forms import PublicCopyForm, PublicPageForm
from portal.bookings.models import Service
from portal.common.page_cache import forget_pages, pages_version, share
from portal.media_library.models import MediaItem
from portal.organisation.profile import site_profile

SHOWN: tuple[type[Model], ...] = (
    Service,
    Image,
    MediaItem,
    Document,
    Site,
    PageViewRestriction,
)  # beside the pages themselves
SECONDS: Final = 60
SHARED: Final = "fill-1200x630|format-jpeg"
TEXT_SEARCH: Final[list[Any]] = [  # of a page that has both
    *Page.search_fields,
    index.SearchField("introduction"),
    index.SearchField("body"),
]


class PublicPage:
    """Mixed into a page whose template has no form, no nonce and nothing of a visitor but who is signed in."""

    keeps_for_strangers = True
    is_public_page = True
    base_form_class = PublicPageForm
    copy_form_class = PublicCopyForm

    @property
    def own_picture(self) -> Image | None:
        """The page's own picture for a shared link, if its type has one."""
        return None

    @property
    def share_card(self) -> dict[str, Any]:
        """Open Graph's properties, but for title and description, which the page's head has already."""
        address = self.full_url  # type: ignore[attr-defined]
        picture = self.own_picture or site_profile().share_image
        return {"url": address, "picture": _shared(picture) if picture else None}

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response: HttpResponseBase = super().serve(request, *args, **kwargs)  # type: ignore[misc]
        if self.keeps_for_strangers:
            share(request, response)
        return response

    def get_view_restrictions(self) -> "QuerySet[PageViewRestriction]":
        """Wagtail's, which asks two queries of every page, but only where anything is restricted at all."""
        if not _anything_is_restricted():
            return QuerySet(PageViewRestriction).none()
        restrictions: QuerySet[PageViewRestriction] = super().get_view_restrictions()  # type: ignore[misc]
        return restrictions


def _shared(picture: Image) -> dict[str, Any] | None:
    """Address, size and description of a picture as shared links show it; None when its file has gone missing."""
    try:
        rendition = picture.get_rendition(SHARED)
    except SourceImageIOError:
        return None
    address = rendition.url if rendition.url.startswith("http") else settings.BASE_URL + rendition.url
    return {"url": address, "width": rendition.width, "height": rendition.height}


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
