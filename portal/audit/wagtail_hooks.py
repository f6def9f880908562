"""The audit trail in the admin."""

from typing import Any, ClassVar, Final

from django.apps import apps
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import modeladmin_register
from wagtail_modeladmin.views import InspectView

from portal.audit.domain.find import about_or_by
from portal.audit.domain.names import in_words
from portal.audit.models import AuditEvent
from portal.common.admin_page import breadcrumbs
from portal.common.date_filters import DateListFilter
from portal.common.listings import ListingAdmin, ListingView

SUBJECTS: Final = (
    "bookings.booking",
    "bookings.session",
    "bookings.service",
    "caregivers.caregiver",
    "caregivers.carerecipient",
    "payments.payment",
    "payments.refund",
    "payments.dispute",
    "payments.discrepancy",
    "payments.receivedevent",
    "notifications.notification",
    "accounts.user",
)


class SubjectFilter(SimpleListFilter):
    """By the type of record, which is by index; the codes of what was done are too many, and are in no index."""

    title = _("record type")
    parameter_name = "object_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, capfirst(str(apps.get_model(kind)._meta.verbose_name))) for kind in SUBJECTS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        return queryset.filter(object_type=self.value()) if self.value() in SUBJECTS else queryset


class AuditListingView(ListingView):
    """Rows with names."""

    def prepared(self, rows: list[Any]) -> list[Any]:
        for row, told in zip(rows, in_words(rows, self.request.user), strict=True):
            row.what, row.about, row.who, row.change = told.what, told.about, told.who, told.change
        return rows


class AuditEventPage(InspectView):  # type: ignore[misc]
    """One row, with what stood there before."""

    def get_template_names(self) -> list[str]:
        return ["portal/admin/audit_event.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        [told] = in_words([self.instance], self.request.user)
        context: dict[str, Any] = super().get_context_data(
            event=self.instance,
            told=told,
            page_title=told.what,
            header_icon="list-ul",
            breadcrumbs_items=breadcrumbs(told.what, [(self.index_url, str(_("Audit trail")))]),
            **kwargs,
        )
        return context


class AuditEventAdmin(ListingAdmin):
    """What happened, by whom, sealed or not yet."""

    model = AuditEvent
    menu_label = _("Audit trail")
    menu_icon = "list-ul"
    menu_order = 230
    index_view_class = AuditListingView
    inspect_view_class = AuditEventPage
    list_display = ("occurred_at", "what", "about", "who", "change")
    list_filter: ClassVar[tuple[str | type | tuple[str, type], ...]] = (
        SubjectFilter,
        "actor_kind",
        "source",
        ("occurred_at", DateListFilter),
    )
    list_export = (
        "sequence",
        "occurred_at",
        "what",
        "about",
        "who",
        "change",
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
    condition = staticmethod(about_or_by)

    def what(self, event: Any) -> str:
        """What was done."""
        return str(event.what)

    what.short_description = _("Action")  # type: ignore[attr-defined]

    def about(self, event: Any) -> str:
        """To which record."""
        return str(event.about)

    about.short_description = _("Record")  # type: ignore[attr-defined]

    def who(self, event: Any) -> str:
        """By whom, and by which way."""
        return str(event.who)

    who.short_description = _("By")  # type: ignore[attr-defined]

    def change(self, event: Any) -> str:
        """Before and after."""
        return str(event.change)

    change.short_description = _("Change")  # type: ignore[attr-defined]


modeladmin_register(AuditEventAdmin)
