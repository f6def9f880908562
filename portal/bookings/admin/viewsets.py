"""Services with their cancellation windows and weekly availability, sessions, and bookings to look at."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import InspectView, SnippetViewSet, SnippetViewSetGroup

from portal.bookings.admin.forms import ClosureForm, ServiceForm, SessionForm
from portal.bookings.admin.schedule_views import (
    ClosureCreateView,
    ClosureDeleteView,
    ClosureEditView,
    ServiceEditView,
    SessionDeleteView,
    SessionEditView,
)
from portal.bookings.models import Booking, Closure, Question, Service, Session
from portal.bookings.search import bookings, sessions
from portal.common.date_filters import DateRangeFilter
from portal.common.listings import ReadOnlyPolicy, SearchedIndexView, YesNoColumn
from portal.common.status_tags import StatusColumn


class BookingFilters(WagtailFilterSet):
    """By state, service, and the days it was made or takes place."""

    created_at = DateRangeFilter(label=_("Date booked"))
    session__starts_at = DateRangeFilter(label=_("Session date"))

    class Meta:
        model = Booking
        fields = ("status", "session__service")


class SessionFilters(WagtailFilterSet):
    """By service, state and days."""

    starts_at = DateRangeFilter(label=_("Date"))

    class Meta:
        model = Session
        fields = ("service", "status")


class BookingIndexView(SearchedIndexView):
    """Bookings by reference, or by what a caller says of the family."""

    condition = staticmethod(bookings)
    export_headings: ClassVar[dict[str, Any]] = {
        "get_status_display": _("Status"),
        "caregiver": _("Caregiver"),
        "session.service.name": _("Service"),
        "session.starts_at": _("Session date"),
        "get_price_amount_display": _("Price"),
        "get_deposit_amount_display": _("Deposit"),
    }

    def get_base_queryset(self) -> QuerySet[Booking]:
        rows: QuerySet[Booking] = super().get_base_queryset()
        return rows.select_related("session__service", "caregiver__user")


class BookingInspectView(InspectView):  # type: ignore[misc]
    """The booking's own page instead, with what may be done to it."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("coordination:booking", self.object.pk)


class SessionIndexView(SearchedIndexView):
    """Sessions by service."""

    condition = staticmethod(sessions)


class ServiceViewSet(SnippetViewSet):
    """What can be booked, and on what terms; bookings keep the terms they were made on."""

    model = Service
    icon = "clipboard-list"
    edit_view_class = ServiceEditView
    copy_view_enabled = False
    list_display: ClassVar[list[Any]] = [
        "name",
        "price_amount",
        Column("get_deposit_amount_display", label=_("Deposit")),
        YesNoColumn("active", label=_("Open for booking")),
    ]
    list_filter: ClassVar[list[str]] = ["active"]
    search_fields: ClassVar[list[str]] = ["name", "summary"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel(n)
                    for n in ("name", "slug", "summary", "description", "location", "at_home", "image_name")
                ],
                heading=_("About the service"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("price_amount"), FieldPanel("currency")]),
                    FieldRowPanel([FieldPanel("deposit_kind"), FieldPanel("deposit_value")]),
                    FieldPanel("vat_rate"),
                    InlinePanel("cancellation_windows", label=_("refund rule")),
                ],
                heading=_("Price, deposit and cancellation"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("duration_minutes"), FieldPanel("hold_minutes")]),
                    FieldRowPanel([FieldPanel("time_zone"), FieldPanel("position")]),
                    FieldPanel("active"),
                    InlinePanel("availabilities", label=_("weekly session")),
                ],
                heading=_("Availability"),
            ),
        ],
        base_form_class=ServiceForm,
    )


class ClosureViewSet(SnippetViewSet):
    """Holidays, and other days without sessions."""

    model = Closure
    icon = "calendar-alt"
    copy_view_enabled = False
    add_view_class = ClosureCreateView
    edit_view_class = ClosureEditView
    delete_view_class = ClosureDeleteView
    list_display: ClassVar[list[Any]] = ["name", "first_day", "last_day"]
    search_fields: ClassVar[list[str]] = ["name"]
    edit_handler = ObjectList(
        [
            FieldPanel("name"),
            FieldRowPanel([FieldPanel("first_day"), FieldPanel("last_day")]),
            FieldPanel("services", widget=CheckboxSelectMultiple),
            MultiFieldPanel([FieldPanel("cancel_booked"), FieldPanel("message")], heading=_("What’s booked already")),
        ],
        base_form_class=ClosureForm,
    )


class SessionViewSet(SnippetViewSet):
    """Places in time."""

    model = Session
    icon = "calendar"
    index_view_class = SessionIndexView
    edit_view_class = SessionEditView
    delete_view_class = SessionDeleteView
    copy_view_enabled = False
    list_display: ClassVar[list[Any]] = [
        "service",
        Column("starts_local", label=_("Starts"), sort_key="starts_at"),
        "capacity",
        "held",
        StatusColumn(label=_("Status")),
    ]
    filterset_class = SessionFilters
    edit_handler = ObjectList(
        [
            FieldPanel("service"),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldRowPanel([FieldPanel("capacity"), FieldPanel("status")]),
        ],
        base_form_class=SessionForm,
    )


class BookingViewSet(SnippetViewSet):
    """Bookings to look at."""

    model = Booking
    icon = "group"
    inspect_view_enabled = True
    copy_view_enabled = False
    permission_policy = ReadOnlyPolicy(Booking)
    list_display: ClassVar[list[Any]] = [
        "reference",
        "caregiver",
        "session",
        StatusColumn(label=_("Status")),
        "created_at",
    ]
    filterset_class = BookingFilters
    index_view_class = BookingIndexView
    inspect_view_class = BookingInspectView
    list_export: ClassVar[list[str]] = [
        "reference",
        "get_status_display",
        "caregiver",
        "session.service.name",
        "session.starts_at",
        "get_price_amount_display",
        "get_deposit_amount_display",
        "created_at",
    ]
    export_filename = "bookings"
    panels: ClassVar[list[object]] = [FieldPanel("notes", read_only=True)]


class QuestionViewSet(SnippetViewSet):
    """What is asked about the people a service is for. One with answers is not deleted: it can be asked no more."""

    model = Question
    icon = "help"
    copy_view_enabled = False
    list_display: ClassVar[list[Any]] = [
        "label",
        "service",
        "kind",
        YesNoColumn("required", label=_("Must be answered")),
        YesNoColumn("active", label=_("Asked")),
    ]
    list_filter: ClassVar[list[str]] = ["service", "kind", "active"]
    search_fields: ClassVar[list[str]] = ["label"]
    panels: ClassVar[list[object]] = [
        FieldPanel("service"),
        FieldPanel("label"),
        FieldPanel("help_text"),
        MultiFieldPanel([FieldPanel("kind"), FieldPanel("choices"), FieldPanel("required")], heading=_("Answer")),
        FieldRowPanel([FieldPanel("active"), FieldPanel("position")]),
    ]


class BookingsGroup(SnippetViewSetGroup):
    """The menu."""

    menu_label = _("Bookings")
    menu_icon = "calendar-check"
    menu_order = 150
    items = (BookingViewSet, SessionViewSet, ServiceViewSet, ClosureViewSet, QuestionViewSet)
