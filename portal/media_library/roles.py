"""Content editors keep the library; managers look."""

from portal.accounts.roles import Grants, Role

_KEEP = [
    f"media_library.{action}_{model}"
    for model in ("mediaitem", "category")
    for action in ("view", "add", "change", "delete")
]

GRANTS: Grants = {
    Role.EDITOR: [*_KEEP, "bookings.view_service"],  # an item can be for those who booked a service: it is chosen
    Role.ADMINISTRATOR: _KEEP,
    Role.MANAGER: ["media_library.view_mediaitem", "media_library.view_category"],
}
