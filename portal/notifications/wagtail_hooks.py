"""Registers the e-mail texts with Wagtail's snippets."""

from typing import ClassVar

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from portal.notifications.models import MessageText


class MessageTextViewSet(SnippetViewSet):
    """E-mail texts: edited and previewed, never added or deleted by hand (each belongs to a moment in the code)."""

    model = MessageText
    icon = "mail"
    menu_label = "E-mail texts"
    menu_order = 250
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["__str__", "subject"]
    copy_view_enabled = False


register_snippet(MessageTextViewSet)
