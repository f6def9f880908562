"""Registers the email texts with Wagtail's snippets, and the listing of what was sent."""

from typing import Any, ClassVar

from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet
from wagtail_modeladmin.options import modeladmin_register

from portal.common.date_filters import DateListFilter
from portal.common.listings import ListingAdmin, ReadOnlyPolicy
from portal.notifications.domain.find import sent_to
from portal.notifications.models import MessageText, Notification, PageText, template_choices
from portal.notifications.page_texts import PAGE_TEXTS
from portal.notifications.templates import REGISTRY


class EditedOnly(ReadOnlyPolicy):
    """Nobody adds or deletes."""

    actions = ("view", "change", "publish", "lock", "unlock")


class MessageTextViewSet(SnippetViewSet):
    """Email texts: edited and previewed, never added or deleted by hand (each belongs to a moment in the code)."""

    model = MessageText
    icon = "mail"
    menu_label = _("Email texts")
    menu_order = 250
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["__str__", "subject"]
    copy_view_enabled = False
    permission_policy = EditedOnly(MessageText)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MessageText]:
        """Those that are sent."""
        return MessageText.objects.filter(key__in=[t.key for t in REGISTRY.values() if not t.retired])


register_snippet(MessageTextViewSet)


class PageTextViewSet(SnippetViewSet):
    """What pages say in each state of a booking or a payment: edited and previewed, never added or deleted by hand."""

    model = PageText
    icon = "doc-full"
    menu_label = _("Page texts")
    menu_order = 251
    add_to_admin_menu = True
    list_display: ClassVar[list[str]] = ["__str__", "heading"]
    copy_view_enabled = False
    permission_policy = EditedOnly(PageText)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PageText]:
        """Those that are shown."""
        return PageText.objects.filter(key__in=PAGE_TEXTS)


register_snippet(PageTextViewSet)


@hooks.register("insert_editor_js")
def placeholder_buttons() -> str:
    """A click on a placeholder writes it where the cursor was."""
    return format_html('<script src="{}" defer></script>', static("notifications/placeholders.js"))


class EmailFilter(SimpleListFilter):
    """By which email it is, under its name."""

    title = _("email")
    parameter_name = "template"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return template_choices()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(template=self.value()) if self.value() else queryset


class NotificationAdmin(ListingAdmin):
    """Emails that were sent, or could not be."""

    model = Notification
    menu_label = _("Emails sent")
    menu_icon = "mail"
    menu_order = 240
    inspect_view_enabled = False
    list_display = ("created_at", "email", "to", "subject", "state", "sent_at")
    list_filter: ClassVar[tuple[str | type | tuple[str, type], ...]] = (
        "status",
        EmailFilter,
        ("created_at", DateListFilter),
    )
    list_export = ("created_at", "template", "to", "about", "subject", "status", "sent_at", "last_error")
    export_filename = "emails"
    condition = staticmethod(sent_to)

    def email(self, notification: Notification) -> str:
        """Which email it is, in words."""
        return notification.label

    email.short_description = _("Email")  # type: ignore[attr-defined]
    email.admin_order_field = "template"  # type: ignore[attr-defined]


modeladmin_register(NotificationAdmin)
