"""What the tests of caregiver pages share."""

import re
from html.parser import HTMLParser

from django.test import Client

from portal.accounts.models import User

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def signed_in(user: User) -> Client:
    """A browser of its own."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def squeezed(page: str) -> str:
    """The page without the white space around its tags."""
    return re.sub(r"\s*(<[^>]*>)\s*", r"\1", page)


class Elements(HTMLParser):
    """The start tags of a page, with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every such element."""
        return [attributes for name, attributes in self.found if name == tag]
