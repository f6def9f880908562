"""A legal page keeps what was in force when."""

from datetime import date
from typing import Any, ClassVar, Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import Http404, HttpRequest
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page
from wagtail.search import index

from home.pages.blocks import INLINE_TEXT, RICH_TEXT
from home.pages.forms import LegalPageForm
from home.pages.public import PublicPage
from portal.common import clock, when

PUBLISHED: Final = Q(live=True) | Q(first_published_at__isnull=False)


class LegalVersionBlock(blocks.StructBlock):
    in_force_from = blocks.DateBlock(label=_("In force from"))
    changes = blocks.CharBlock(
        label=_("What changed"),
        max_length=200,
        required=False,
        help_text=_("One sentence, shown in the list of versions."),
    )
    text = blocks.RichTextBlock(features=RICH_TEXT, label=_("Text"))

    class Meta:
        icon = "date"
        label = _("Version")


class LegalPage(PublicPage, Page):
    """Terms, with each version from the day it is in force: one that has begun stays as it was."""

    introduction = RichTextField(_("introduction"), features=INLINE_TEXT, blank=True)
    versions = StreamField(
        [("version", LegalVersionBlock())],
        verbose_name=_("versions"),
        help_text=_("Add a version with the day it begins. A version that has begun can’t be changed."),
    )

    template = "home/legal_page.html"
    base_form_class = LegalPageForm
    search_fields: ClassVar[list[Any]] = [
        *Page.search_fields,
        index.SearchField("introduction"),
        index.SearchField("versions"),
    ]
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("versions")]

    class Meta:
        verbose_name = _("legal page")
        verbose_name_plural = _("legal pages")

    @property
    def dated(self) -> list[Any]:
        """The versions, the latest first."""
        return sorted((block.value for block in self.versions), key=lambda value: value["in_force_from"], reverse=True)

    def in_force_on(self, day: date) -> Any | None:
        """The version of that day; None before the first."""
        return next((value for value in self.dated if value["in_force_from"] <= day), None)

    def clean(self) -> None:
        super().clean()
        days = [value["in_force_from"] for value in self.dated]
        if len(days) != len(set(days)):
            raise ValidationError({"versions": gettext("Two versions begin on the same day.")})
        typed = {value["in_force_from"]: _content(value) for value in self.dated}
        for day, content in self.published_versions.items():
            if day <= self.published_on and typed.get(day) != content:
                sentence = gettext(
                    "The version of %(day)s has been in force, so its text and date must stay. Add a new version "
                    "instead."
                )
                raise ValidationError({"versions": sentence % {"day": when.plain_day(day)}})

    @property
    def published_on(self) -> date:
        """The day from which this text is read: the day that it is scheduled for, or today."""
        scheduled = clock.reporting_day(self.go_live_at) if self.go_live_at else clock.today()
        return max(scheduled, clock.today())

    @property
    def published_versions(self) -> dict[date, tuple[str, str]]:
        """What visitors could read, by the day on which it begins; unpublishing the page takes nothing back."""
        stored = LegalPage.objects.filter(PUBLISHED, pk=self.pk).first() if self.pk else None
        return {value["in_force_from"]: _content(value) for value in stored.dated} if stored else {}

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """With `?version=2026-01-31` the version that began that day. Raises Http404 when none did."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        today = clock.today()
        current = self.in_force_on(today)
        return {
            **context,
            "shown": self._asked_for(request.GET["version"]) if "version" in request.GET else current or self._first(),
            "current": current,
            "today": today,
        }

    def _asked_for(self, day: str) -> Any:
        try:
            wanted = parse_date(day)
        except ValueError:
            wanted = None
        found = next((value for value in self.dated if value["in_force_from"] == wanted), None)
        if found is None:
            raise Http404("no version began that day")
        return found

    def _first(self) -> Any | None:
        return self.dated[-1] if self.dated else None


def _content(value: Any) -> tuple[str, str]:
    return value["changes"], value["text"].source
