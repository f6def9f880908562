"""Editors reach pages through Wagtail's own page permissions, set with the demo content."""

from portal.accounts.roles import Grants, Role

_CONTENT = [
    "wagtailimages.add_image",
    "wagtailimages.change_image",
    "wagtaildocs.add_document",
    "wagtaildocs.change_document",
    "wagtailredirects.add_redirect",
    "wagtailredirects.change_redirect",
    "wagtailredirects.delete_redirect",
]

GRANTS: Grants = {Role.EDITOR: _CONTENT, Role.ADMINISTRATOR: _CONTENT}
