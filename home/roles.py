"""Editors reach pages through Wagtail's own page permissions; coordinators answer the contact form's messages."""

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

_MESSAGES = ["home.view_contactmessage", "home.change_contactmessage"]

GRANTS: Grants = {
    Role.EDITOR: _CONTENT,
    Role.COORDINATOR: _MESSAGES,
    Role.ADMINISTRATOR: [*_CONTENT, *_MESSAGES],
}
