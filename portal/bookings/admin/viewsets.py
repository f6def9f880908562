"""Services with their cancellation windows and weekly availability, sessions, and bookings to look at."""

from typing import ClassVar

from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, ObjectList
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from portal.accounts.models import User
from portal.bookings.admin.filters import BookingFilters, SessionFilters
from portal.bookings.admin.forms import ServiceForm, SessionForm
from portal.bookings.models import Booking, Service, Session


class ServiceViewSet(SnippetViewSet):
    """What can be booked, and on what terms; bookings keep the terms they were made on."""

    model = Service
    icon = "clipboard-list"
    list_display: ClassVar[list[str]] = ["name", "price_amount", "deposit_amount", "active"]
    list_filter: ClassVar[list[str]] = ["active"]
    search_fields: ClassVar[list[str]] = ["name", "summary"]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [FieldPanel(n) for n in ("name", "slug", "summary", "description", "location", "image_name")],
                heading="What it is",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("price_amount"), FieldPanel("currency")]),
                    FieldRowPanel([FieldPanel("deposit_kind"), FieldPanel("deposit_value")]),
                    InlinePanel("cancellation_windows", label="Cancellation window"),
                ],
                heading="Price, deposit and cancellation",
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("duration_minutes"), FieldPanel("hold_minutes")]),
                    FieldRowPanel([FieldPanel("time_zone"), FieldPanel("position")]),
                    FieldPanel("active"),
                    InlinePanel("availabilities", label="Weekly slot"),
                ],
                heading="When",
            ),
        ],
        base_form_class=ServiceForm,
    )


class SessionViewSet(SnippetViewSet):
    """Places in time."""

    model = Session
    icon = "calendar"
    list_display: ClassVar[list[str]] = ["service", "starts_local", "capacity", "held", "status"]
    filterset_class = SessionFilters
    edit_handler = ObjectList(
        [
            FieldPanel("service"),
            FieldRowPanel([FieldPanel("starts_at"), FieldPanel("ends_at")]),
            FieldRowPanel([FieldPanel("capacity"), FieldPanel("status")]),
        ],
        base_form_class=SessionForm,
    )


class ReadOnlyPermissionPolicy(ModelPermissionPolicy):
    """Who may view may look; nobody adds, changes or deletes by hand: the domain does."""

    def user_has_permission(self, user: User, action: str) -> bool:
        return action == "view" and bool(super().user_has_permission(user, "view"))

    def user_has_any_permission(self, user: User, actions: list[str]) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class BookingViewSet(SnippetViewSet):
    """Bookings to look at."""

    model = Booking
    icon = "group"
    inspect_view_enabled = True
    copy_view_enabled = False
    permission_policy = ReadOnlyPermissionPolicy(Booking)
    list_display: ClassVar[list[str]] = ["reference", "caregiver", "session", "status", "created_at"]
    filterset_class = BookingFilters
    search_fields: ClassVar[list[str]] = ["reference"]
    inspect_view_fields: ClassVar[list[str]] = [
        "reference",
        "status",
        "caregiver",
        "care_recipient",
        "session",
        "price_amount",
        "deposit_amount",
        "currency",
        "created_at",
        "hold_expires_at",
        "confirmed_at",
    ]
    panels: ClassVar[list[object]] = [FieldPanel("notes", read_only=True)]


class BookingsGroup(SnippetViewSetGroup):
    """The menu."""

    menu_label = "Bookings"
    menu_icon = "calendar-check"
    menu_order = 150
    items = (BookingViewSet, SessionViewSet, ServiceViewSet)
