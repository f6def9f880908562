"""Registers the e-mail texts with Wagtail's snippets, and the listing of what was sent."""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.options import modeladmin_register

from portal.common.listings import DaysFilter, ListingAdmin
from portal.notifications.models import MessageText, Notification


class EditedOnly(ModelPermissionPolicy):
    """Nobody adds or deletes, superusers included."""

    def user_has_permission(self, user: AbstractBaseUser, action: str) -> bool:
        return action in ("change", "view") and bool(super().user_has_permission(user, action))

    def user_has_any_permission(self, user: AbstractBaseUser, actions: Iterable[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class MessageTextViewSet(SnippetViewSet):
    """E-mail texts: edited and previewed, never added or deleted by hand (each belongs to a moment in the code)."""

    model = MessageText
    icon = "mail"
    menu_label = "E-mail texts"
    menu_order = 250
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["__str__", "subject"]
    copy_view_enabled = False
    permission_policy = EditedOnly(MessageText)


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
