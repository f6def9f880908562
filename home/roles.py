"""Editors reach pages through Wagtail's own page permissions, set with the demo content."""

from portal.accounts.roles import Grants, Role

GRANTS: Grants = {
    Role.EDITOR: ["wagtailimages.add_image", "wagtailimages.change_image", "wagtaildocs.add_document"],
}
