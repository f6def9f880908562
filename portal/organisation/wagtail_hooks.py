"""Registers the site's settings among Wagtail's, and the admin's look."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from portal.common.listings import ReadOnlyPolicy
from portal.organisation.models import SiteSettings
from portal.organisation.profile import site_profile


class KeptPolicy(ReadOnlyPolicy):
    """There is one row: nobody adds or deletes."""

    actions = ("view", "change", "publish")


class OnlyRowView(IndexView):  # type: ignore[misc]
    """A list of one: opens it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.model.objects.first() if self.user_has_any_permission(["change"]) else None
        return redirect(self.get_edit_url(row)) if row else super().get(request, *args, **kwargs)


class SiteSettingsViewSet(SnippetViewSet):
    """The organisation, its look, its menus and the banner."""

    model = SiteSettings
    icon = "cog"
    menu_label = _("Site settings")
    menu_order = 10
    add_to_settings_menu = True
    index_view_class = OnlyRowView
    copy_view_enabled = False
    permission_policy = KeptPolicy(SiteSettings)


register_snippet(SiteSettingsViewSet)


@hooks.register("insert_global_admin_css")
def organisations_look() -> SafeString:
    """Our rules for every page of the admin, and the organisation's colours."""
    sheets = (static("portal/css/admin.css"), site_profile().admin_stylesheet)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', ((sheet,) for sheet in sheets))
