"""Who sees the dashboard, and who sets when a KPI is unusual."""

from typing import Final

from portal.accounts.roles import Grants, Role

READERS: Final = (Role.MANAGER, Role.FINANCE, Role.ADMINISTRATOR)
KEEPERS: Final = (Role.MANAGER, Role.ADMINISTRATOR)

GRANTS: Grants = {
    role: ["insights.view_insights", *(["insights.change_anomalysettings"] if role in KEEPERS else [])]
    for role in READERS
}
