"""Registers the contact form's messages, what the admin's home page and help show to whom, and a check on moves."""

from typing import Any, ClassVar, Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.bulk_action import BulkAction
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from home.admin_home import OF_EDITORS, PagesPanel, keeps_pages
from home.models import ContactMessage
from home.pages.forms import is_answered_by_portal
from portal.common.listings import ReadOnlyPolicy, YesNoColumn

OUT_OF_SIGHT: Final = _("The portal uses this address itself. Choose another parent page, or change the slug first.")


class AnsweredOnly(ReadOnlyPolicy):
    """Nobody writes or deletes one; whether it has been answered is all that changes."""

    actions = ("view", "change")


class ContactMessageViewSet(SnippetViewSet):
    """What was sent with the contact form, the newest first."""

    model = ContactMessage
    icon = "mail"
    menu_label = _("Contact messages")
    menu_order = 245
    add_to_admin_menu = True
    list_display: ClassVar[list[Any]] = [
        "created_at",
        "name",
        "email",
        YesNoColumn("answered", label=_("Answered"), sort_key="answered"),
    ]
    list_filter: ClassVar[list[str]] = ["answered"]
    search_fields: ClassVar[list[str]] = ["name", "email", "message"]
    copy_view_enabled = False
    permission_policy = AnsweredOnly(ContactMessage)


register_snippet(ContactMessageViewSet)


@hooks.register("before_move_page")
def refuse_a_move_out_of_sight(request: HttpRequest, page: Page, destination: Page) -> HttpResponse | None:
    """Asks for another parent where the portal answers the address that the page would get."""
    if not is_answered_by_portal(destination, page.slug):
        return None
    messages.error(request, OUT_OF_SIGHT)
    return redirect("wagtailadmin_pages:move", page.pk)


@hooks.register("before_bulk_action")
def refuse_moves_out_of_sight(
    request: HttpRequest, action_type: str, pages: list[Page], action: BulkAction
) -> HttpResponse | None:
    """The same where several are moved at once: none is."""
    if action_type != "move" or action.model is not Page:
        return None
    destination = action.cleaned_form.cleaned_data["chooser"]
    if not any(is_answered_by_portal(destination, page.slug) for page in pages):
        return None
    messages.error(request, OUT_OF_SIGHT)
    return redirect(action.next_url)


@hooks.register("construct_homepage_panels", order=100)
def editors_panels(request: HttpRequest, panels: list[Component]) -> None:
    if keeps_pages(request.user):
        panels.append(PagesPanel(request))
    else:
        panels[:] = [panel for panel in panels if not isinstance(panel, OF_EDITORS)]


@hooks.register("construct_help_menu")
def help_for_editors(request: HttpRequest, items: list[MenuItem]) -> None:
    """Wagtail's guide is about pages; what is new in Wagtail concerns nobody here."""
    kept = {"keyboard-shortcuts-trigger", *(["editor-guide"] if keeps_pages(request.user) else [])}
    items[:] = [item for item in items if item.name in kept]
