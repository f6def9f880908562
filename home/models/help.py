"""Questions and answers, and who works here: groups under headings."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT, FAQBlock, PeopleBlock
from home.pages.public import PublicPage


class _GroupsPage(PublicPage, Page):
    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)

    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("groups"),
    ]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("groups")]

    class Meta:
        abstract = True


class QuestionsPage(_GroupsPage):
    """Questions and answers, by subject."""

    groups = StreamField([("faq", FAQBlock())], verbose_name=_("questions and answers"))

    template = "home/groups_page.html"

    class Meta:
        verbose_name = _("questions and answers page")
        verbose_name_plural = _("questions and answers pages")


class PeoplePage(_GroupsPage):
    """Who works here, by team."""

    groups = StreamField([("people", PeopleBlock())], verbose_name=_("people"))

    template = "home/groups_page.html"

    class Meta:
        verbose_name = _("people page")
        verbose_name_plural = _("people pages")
