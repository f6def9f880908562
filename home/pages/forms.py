"""What every page's form checks in the editor: a page whose address the portal answers itself could never be seen."""

from typing import Any, Final

from django.urls import Resolver404, resolve
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.admin.forms.pages import CopyForm
from wagtail.models import Page

from portal.common import when

TAKEN: Final = _("The portal uses this address itself. Choose another slug.")


class PublicPageForm(WagtailAdminPageForm):  # type: ignore[misc]
    """Of a page that is created or edited."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        slug = cleaned.get("slug")
        if slug and "slug" in self.changed_data and self.parent_page and is_answered_by_portal(self.parent_page, slug):
            self.add_error("slug", TAKEN)
        return cleaned


class LegalPageForm(PublicPageForm):
    """Nobody could read a new version before it is published, so it begins then at the earliest."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.instance.go_live_at = cleaned.get("go_live_at")
        known, earliest = self.instance.published_versions, self.instance.published_on
        days = [block.value["in_force_from"] for block in cleaned.get("versions") or ()]
        if known and any(day < earliest for day in days if day not in known):
            sentence = _("A new version can begin on %(day)s at the earliest: nobody can read it before that.")
            self.add_error("versions", sentence % {"day": when.plain_day(earliest)})
        return cleaned


class PublicCopyForm(CopyForm):  # type: ignore[misc]
    """Of a page that is copied."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        slug, parent = cleaned.get("new_slug"), cleaned.get("new_parent_page") or self.page.get_parent()
        if slug and is_answered_by_portal(parent, slug):
            self.add_error("new_slug", TAKEN)
        return cleaned


class NoCopyForm(PublicCopyForm):
    """Of a page that there can be one of only, as what it is about has one page."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.add_error("new_title", _("A service has one page. Add a page for another service instead."))
        return cleaned


def is_answered_by_portal(parent: Page, slug: str) -> bool:
    """Whether a view of the portal, not a page, answers the address of `slug` below `parent`."""
    parts = parent.get_url_parts()
    if parts is None:
        return False
    try:
        return bool(resolve(f"{parts[2]}{slug}/").view_name != "wagtail_serve")
    except Resolver404:
        return False
