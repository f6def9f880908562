"""The desk's addresses and its entries in the menu."""

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse
from wagtail import hooks
from wagtail.admin.ui.components import Component

from payments.desk.home import DayPanel
from portal.common.menu import PermissionMenuItem


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    """The desk's pages."""
    return [path("desk/", include("payments.desk.urls"))]


@hooks.register("construct_homepage_panels")
def day_panel(request: HttpRequest, panels: list[Component]) -> None:
    """For whoever has the desk."""
    if request.user.has_perm("bookings.change_booking"):
        panels.append(DayPanel())


@hooks.register("register_admin_menu_item")
def desk_item() -> PermissionMenuItem:
    """The day."""
    return PermissionMenuItem(
        "Care desk",
        reverse("desk:day"),
        permission="bookings.change_booking",
        name="care-desk",
        icon_name="calendar-alt",
        order=140,
    )


@hooks.register("register_admin_menu_item")
def phone_item() -> PermissionMenuItem:
    """Booking by phone."""
    return PermissionMenuItem(
        "Book by phone",
        reverse("desk:phone"),
        permission="bookings.add_booking",
        name="book-by-phone",
        icon_name="mobile-alt",
        order=145,
    )
