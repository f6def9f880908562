"""Registers the e-mail texts with Wagtail's snippets, and the listing of what was sent."""

from typing import ClassVar

from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.options import modeladmin_register

from portal.common.listings import DaysFilter, ListingAdmin
from portal.notifications.models import MessageText, Notification


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


class NotificationAdmin(ListingAdmin):
    """E-mails that were sent, or could not be."""

    model = Notification
    menu_label = "E-mails sent"
    menu_icon = "mail"
    menu_order = 240
    inspect_view_enabled = False
    list_display = ("created_at", "template", "to", "subject", "status", "sent_at")
    list_filter: ClassVar[tuple[str | tuple[str, type], ...]] = ("status", "template", ("created_at", DaysFilter))
    list_export = ("created_at", "template", "to", "about", "subject", "status", "sent_at", "last_error")
    export_filename = "e-mails"
    search_fields = ("to", "about", "subject")


modeladmin_register(NotificationAdmin)
