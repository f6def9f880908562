"""Who reads the audit trail."""

from portal.accounts.roles import Grants, Role

GRANTS: Grants = {
    Role.FINANCE: ["audit.view_auditevent"],
    Role.ADMINISTRATOR: ["audit.view_auditevent"],
}
