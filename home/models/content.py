"""The front page, and pages of text."""

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT, BodyBlock
from home.pages.public import TEXT_SEARCH, PublicPage


class HeroPage(PublicPage, Page):
    """A page that begins with a large heading and picture."""

    hero_heading = models.CharField(_("main heading"), max_length=80)
    hero_text = RichTextField(_("text under the main heading"), features=INLINE_TEXT)
    hero_image = models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("main picture"),
    )
    hero_image_description = models.CharField(
        _("description of the main picture"),
        max_length=150,
        blank=True,
        db_default="",
        help_text=_("Read aloud to people who can’t see it. Leave empty to use the picture’s own."),
    )
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    template = "home/home_page.html"
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("hero_heading"),
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("hero_heading"),
        FieldPanel("hero_text"),
        FieldPanel("hero_image"),
        FieldPanel("hero_image_description"),
        FieldPanel("body"),
    ]

    class Meta:
        abstract = True

    @property
    def own_picture(self) -> Image | None:
        return self.hero_image


class HomePage(HeroPage):
    """The front page."""

    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")


class LandingPage(HeroPage):
    """Where a leaflet or an advertisement leads: one message, and one thing to do."""

    template = "home/home_page.html"
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("landing page")
        verbose_name_plural = _("landing pages")


class ContentPage(PublicPage, Page):
    """A page of text: about us, privacy, accessibility."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))
    show_contents = models.BooleanField(_("show a list of contents"), default=False)

    template = "home/content_page.html"
    search_fields: ClassVar[list[Any]] = TEXT_SEARCH
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("show_contents"),
        FieldPanel("body"),
    ]

    class Meta:
        verbose_name = _("content page")
        verbose_name_plural = _("content pages")
