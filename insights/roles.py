"""Who sees the figures."""

from portal.accounts.roles import Grants, Role

GRANTS: Grants = {role: ["insights.view_insights"] for role in (Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR)}
