"""Who keeps the wording, and who sees what was sent."""

from portal.accounts.roles import Grants, Role

GRANTS: Grants = {
    Role.EDITOR: ["notifications.view_messagetext", "notifications.change_messagetext"],
    Role.COORDINATOR: ["notifications.view_notification"],
    Role.FINANCE: ["notifications.view_notification"],
    Role.ADMINISTRATOR: [
        "notifications.view_messagetext",
        "notifications.change_messagetext",
        "notifications.view_notification",
    ],
}
