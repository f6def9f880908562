"""Every registered template has a text that editors can change."""

from typing import Any

from django.db import connection

from portal.notifications.models import MessageText, PageText
from portal.notifications.page_texts import PAGE_TEXTS
from portal.notifications.templates import REGISTRY, MessageTemplate


def create_missing_texts(**kwargs: Any) -> None:
    """After migrate: give each template without a text its shipped wording (nothing when migrated back to zero)."""
    if MessageText._meta.db_table not in connection.introspection.table_names():
        return
    present = set(MessageText.objects.values_list("key", flat=True))
    MessageText.objects.bulk_create(
        MessageText(key=t.key, subject=t.subject, body=t.body, button=t.button)
        for t in REGISTRY.values()
        if t.key not in present
    )


def create_missing_page_texts(**kwargs: Any) -> None:
    """The same for what pages say in each state."""
    if PageText._meta.db_table not in connection.introspection.table_names():
        return
    present = set(PageText.objects.values_list("key", flat=True))
    PageText.objects.bulk_create(
        PageText(key=t.key, heading=t.heading, body=t.body) for t in PAGE_TEXTS.values() if t.key not in present
    )


def text_for(template: MessageTemplate) -> MessageText:
    """The editors' wording, or the shipped one when theirs is unpublished or gone."""
    shipped = MessageText(key=template.key, subject=template.subject, body=template.body, button=template.button)
    return MessageText.objects.filter(key=template.key, live=True).first() or shipped
