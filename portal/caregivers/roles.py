"""Who sees caregivers and the people they look after."""

from portal.accounts.roles import Grants, Role

_SEE = ["caregivers.view_caregiver", "caregivers.view_carerecipient", "caregivers.view_staffnote"]

GRANTS: Grants = {
    Role.COORDINATOR: [
        *_SEE,
        "caregivers.add_caregiver",
        "caregivers.change_caregiver",
        "caregivers.add_carerecipient",
        "caregivers.change_carerecipient",
        "caregivers.add_staffnote",
        "caregivers.delete_staffnote",
    ],
    Role.ADMINISTRATOR: _SEE,
}
