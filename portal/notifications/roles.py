"""Who keeps the wording, and who sees what was sent."""

from portal.accounts.roles import Grants, Role

_WORDING = [
    f"notifications.{action}_{model}"
    for model in ("messagetext", "pagetext")
    for action in ("view", "change", "publish")
]
_LOCKS = [f"notifications.{action}_{model}" for model in ("messagetext", "pagetext") for action in ("lock", "unlock")]

GRANTS: Grants = {
    Role.EDITOR: _WORDING,
    Role.COORDINATOR: ["notifications.view_notification", "notifications.add_notification"],
    Role.FINANCE: ["notifications.view_notification"],
    Role.ADMINISTRATOR: [*_WORDING, *_LOCKS, "notifications.view_notification", "notifications.add_notification"],
}
