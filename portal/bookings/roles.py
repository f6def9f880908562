"""Who works with services, sessions and bookings."""

from portal.accounts.roles import Grants, Role

GRANTS: Grants = {
    Role.COORDINATOR: [
        "bookings.view_service",
        "bookings.add_service",
        "bookings.change_service",
        "bookings.view_session",
        "bookings.add_session",
        "bookings.change_session",
        "bookings.view_booking",
        "bookings.add_booking",
        "bookings.change_booking",
    ],
    Role.FINANCE: ["bookings.view_booking", "bookings.view_service", "bookings.view_session"],
    Role.MANAGER: ["bookings.view_booking", "bookings.view_service", "bookings.view_session"],
    Role.ADMINISTRATOR: [
        "bookings.view_service",
        "bookings.add_service",
        "bookings.change_service",
        "bookings.view_session",
        "bookings.add_session",
        "bookings.change_session",
        "bookings.view_booking",
        "bookings.add_booking",
        "bookings.change_booking",
    ],
}
