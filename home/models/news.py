"""News: articles with a date, and the page that lists them."""

from typing import Any, ClassVar, Final

from django.core.paginator import Paginator
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import Image
from wagtail.models import Page

from home.pages.blocks import INLINE_TEXT, BodyBlock
from home.pages.public import TEXT_SEARCH, PublicPage
from portal.common.clock import today

PER_PAGE: Final = 10


class NewsIndexPage(PublicPage, Page):
    """Every article that is published, newest first."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)

    template = "home/news_index_page.html"
    search_fields: ClassVar[list[Any]] = TEXT_SEARCH[:-1]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["home.NewsPage"]
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction")]

    class Meta:
        verbose_name = _("news list")
        verbose_name_plural = _("news lists")

    def articles(self) -> "QuerySet[NewsPage]":
        """Those that everybody may read."""
        found: QuerySet[NewsPage] = NewsPage.objects.child_of(self).live().public().select_related("picture")
        return found.order_by("-date", "-pk")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "page_obj": Paginator(self.articles(), PER_PAGE).get_page(request.GET.get("page"))}


class NewsPage(PublicPage, Page):
    """One article."""

    date = models.DateField(_("date"), default=today, help_text=_("Shown with the article, and its place in the list."))
    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, help_text=_("Also shown in the list."))
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    picture_description = models.CharField(
        _("description of the picture"),
        max_length=150,
        blank=True,
        help_text=_("Read aloud to people who can’t see it. Leave empty if it is only decoration."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    template = "home/news_page.html"
    search_fields: ClassVar[list[Any]] = TEXT_SEARCH
    parent_page_types: ClassVar[list[str]] = ["home.NewsIndexPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("date"),
        FieldPanel("introduction"),
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_description")], heading=_("Picture")),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("news page")
        verbose_name_plural = _("news pages")

    @property
    def own_picture(self) -> Image | None:
        return self.picture
