"""Care coordinators' addresses and menu entries."""

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.search import SearchArea
from wagtail.admin.ui.components import Component

from portal.common.admin_page import PermissionMenuItem
from portal.coordination.day import DayPanel
from portal.coordination.home import CoordinationPanel
from portal.coordination.search import may_search


@hooks.register("register_admin_urls")
def coordination_urls() -> list[URLResolver]:
    return [path("desk/", include("portal.coordination.urls"))]


class StaffSearchArea(SearchArea):  # type: ignore[misc]
    """Before Wagtail's pages, so that it is what the box in the menu searches, for those who find something there."""

    def is_shown(self, request: HttpRequest) -> bool:
        return may_search(request)


@hooks.register("register_admin_search_area")
def staff_search() -> StaffSearchArea:
    return StaffSearchArea(
        _("Families and bookings"), reverse("coordination:search"), name="people", icon_name="group", order=10
    )


@hooks.register("construct_homepage_panels")
def day_panel(request: HttpRequest, panels: list[Component]) -> None:
    if request.user.has_perm("bookings.change_booking"):
        panels.extend([DayPanel(), CoordinationPanel(request)])


@hooks.register("register_admin_menu_item")
def day_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Care desk"),
        reverse("coordination:day"),
        permission="bookings.change_booking",
        name="care-desk",
        icon_name="calendar-alt",
        order=140,
    )


@hooks.register("register_admin_menu_item")
def phone_item() -> PermissionMenuItem:
    return PermissionMenuItem(
        _("Book by phone"),
        reverse("coordination:phone"),
        permission="bookings.add_booking",
        name="book-by-phone",
        icon_name="mobile-alt",
        order=145,
    )
