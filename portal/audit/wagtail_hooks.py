"""The audit trail in the admin."""

from typing import ClassVar

from wagtail_modeladmin.options import modeladmin_register

from portal.audit.models import AuditEvent
from portal.common.listings import DaysFilter, ListingAdmin


class AuditEventAdmin(ListingAdmin):
    """What happened, by whom, sealed or not yet."""

    model = AuditEvent
    menu_label = "Audit trail"
    menu_icon = "list-ul"
    menu_order = 230
    list_display = ("occurred_at", "action", "object_type", "object_id", "actor_kind", "actor_id", "source")
    list_filter: ClassVar[tuple[str | tuple[str, type], ...]] = (
        "action",
        "actor_kind",
        "source",
        ("occurred_at", DaysFilter),
    )
    list_export = (
        "sequence",
        "occurred_at",
        "action",
        "object_type",
        "object_id",
        "actor_kind",
        "actor_id",
        "source",
        "stripe_event_id",
        "data",
        "seal",
    )
    export_filename = "audit-trail"
    search_fields = ("object_id", "actor_id", "stripe_event_id", "action")
    inspect_view_fields = list_export


modeladmin_register(AuditEventAdmin)
