"""Who sees caregivers and the people they look after."""

from portal.accounts.roles import Grants, Role

_SEE = ["caregivers.view_caregiver", "caregivers.view_carerecipient"]

GRANTS: Grants = {
    Role.COORDINATOR: [
        *_SEE,
        "caregivers.add_caregiver",
        "caregivers.add_carerecipient",
        "caregivers.change_carerecipient",
    ],
    Role.ADMINISTRATOR: _SEE,
}
