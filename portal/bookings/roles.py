"""Who works with services, sessions and bookings."""

from portal.accounts.roles import Grants, Role

_CLOSURES = [f"bookings.{action}_closure" for action in ("view", "add", "change", "delete")]
_QUESTIONS = [f"bookings.{action}_question" for action in ("view", "add", "change", "delete")]

GRANTS: Grants = {
    Role.EDITOR: _QUESTIONS,
    Role.COORDINATOR: [
        "bookings.view_service",
        "bookings.add_service",
        "bookings.change_service",
        "bookings.view_session",
        "bookings.add_session",
        "bookings.change_session",
        "bookings.delete_session",
        "bookings.view_booking",
        "bookings.add_booking",
        "bookings.change_booking",
        *_CLOSURES,
        *_QUESTIONS,
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
        "bookings.delete_session",
        "bookings.view_booking",
        "bookings.add_booking",
        "bookings.change_booking",
        *_CLOSURES,
        *_QUESTIONS,
    ],
}
