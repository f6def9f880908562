"""What every page's form checks in the editor."""

from typing import Any

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from wagtail.admin.forms import WagtailAdminPageForm


class PublicPageForm(WagtailAdminPageForm):  # type: ignore[misc]
    """Refuses a slug whose address the portal answers itself: such a page could never be seen."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        slug = cleaned.get("slug")
        if slug and "slug" in self.changed_data and self._is_taken(slug):
            self.add_error("slug", ValidationError(_("The portal uses this address itself. Choose another slug.")))
        return cleaned

    def _is_taken(self, slug: str) -> bool:
        parts = self.parent_page.get_url_parts() if self.parent_page else None
        if parts is None:
            return False
        try:
            return bool(resolve(f"{parts[2]}{slug}/").view_name != "wagtail_serve")
        except Resolver404:
            return False
