"""What can be booked: the list, and a page for each service."""

from typing import Any, ClassVar

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.images.models import Image
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT, BodyBlock, QuestionBlock
from home.pages.forms import NoCopyForm
from home.pages.public import TEXT_SEARCH, PublicPage
from home.queries import next_free_sessions, services_to_book
from portal.bookings.models import Service


class ServicesPage(PublicPage, Page):
    """What can be booked, with prices from the services themselves."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    template = "home/services_page.html"
    search_fields: ClassVar[list[Any]] = TEXT_SEARCH
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = ["home.ServicePage"]
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]

    class Meta:
        verbose_name = _("services page")
        verbose_name_plural = _("services pages")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "services": services_to_book()}


class ServicePage(PublicPage, Page):
    """What a family wants to know about one service before booking it.

    Price, length, place and free dates come from the service itself. A service without a page stays bookable.
    """

    service = models.OneToOneField(Service, verbose_name=_("service"), on_delete=models.PROTECT, related_name="page")
    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    picture = models.ForeignKey(
        "wagtailimages.Image",
        verbose_name=_("picture"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Shown here and on the list of services, instead of the drawing."),
    )
    picture_description = models.CharField(
        _("description of the picture"),
        max_length=150,
        blank=True,
        help_text=_("Read aloud to people who can’t see it. Leave empty if it is only decoration."),
    )
    included = RichTextField(_("what’s included"), features=INLINE_TEXT, blank=True)
    what_to_bring = RichTextField(_("what to bring"), features=INLINE_TEXT, blank=True)
    who_comes = RichTextField(_("who comes"), features=INLINE_TEXT, blank=True)
    eligibility = RichTextField(_("who it’s for"), features=INLINE_TEXT, blank=True)
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("more about it"))
    faq = StreamField([("question", QuestionBlock())], blank=True, verbose_name=_("questions and answers"))

    template = "home/service_page.html"
    search_fields: ClassVar[list[Any]] = [
        *TEXT_SEARCH,
        *(index.SearchField(name) for name in ("included", "what_to_bring", "who_comes", "eligibility", "faq")),
        index.RelatedFields("service", [index.SearchField("name"), index.SearchField("summary")]),
    ]
    keeps_for_strangers = False  # free dates change with every booking
    copy_form_class = NoCopyForm
    parent_page_types: ClassVar[list[str]] = ["home.ServicesPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("service"),
        FieldPanel("introduction"),
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_description")], heading=_("Picture")),
        FieldPanel("included"),
        FieldPanel("what_to_bring"),
        FieldPanel("who_comes"),
        FieldPanel("eligibility"),
        FieldPanel("body"),
        FieldPanel("faq"),
    ]

    class Meta:
        verbose_name = _("service page")
        verbose_name_plural = _("service pages")

    def full_clean(self, *args: Any, **kwargs: Any) -> None:
        """The address is the service's own, until an editor gives it another."""
        if not self.slug and self.service_id:  # type: ignore[has-type]
            self.slug = self.service.slug
        super().full_clean(*args, **kwargs)

    @property
    def own_picture(self) -> Image | None:
        return self.picture

    @property
    def sections(self) -> list[tuple[str, str]]:
        """Heading and rich text of each part that an editor has written."""
        parts = [
            (gettext("What’s included"), self.included),
            (gettext("What to bring"), self.what_to_bring),
            (gettext("Who comes"), self.who_comes),
            (gettext("Who it’s for"), self.eligibility),
        ]
        return [(heading, text) for heading, text in parts if text]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "service": self.service, "sessions": next_free_sessions(self.service)}
