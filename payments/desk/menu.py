"""The desk's addresses and its entries in the menu."""

from django.urls import URLResolver, include, path, reverse
from wagtail import hooks

from portal.common.menu import PermittedItem


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    """The desk's pages."""
    return [path("desk/", include("payments.desk.urls"))]


@hooks.register("register_admin_menu_item")
def desk_item() -> PermittedItem:
    """The day."""
    return PermittedItem(
        "Care desk",
        reverse("desk:day"),
        permission="bookings.change_booking",
        name="care-desk",
        icon_name="calendar-alt",
        order=140,
    )


@hooks.register("register_admin_menu_item")
def phone_item() -> PermittedItem:
    """Booking by phone."""
    return PermittedItem(
        "Book by phone",
        reverse("desk:phone"),
        permission="bookings.add_booking",
        name="book-by-phone",
        icon_name="mobile-alt",
        order=145,
    )
