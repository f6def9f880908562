"""Editors and administrators keep the site's settings."""

from portal.accounts.roles import Grants, Role

_KEEP = [f"organisation.{action}_sitesettings" for action in ("view", "change", "publish")]

GRANTS: Grants = {Role.EDITOR: _KEEP, Role.ADMINISTRATOR: _KEEP}
