"""Which link of a menu one is at."""

from django import template

from portal.organisation.profile import Link

register = template.Library()


@register.filter
def leads_to(link: Link, path: str) -> bool:
    """Whether the page at `path` is the one that `link` leads to, or below it; everything is below the front page."""
    return path == link.url or (link.url != "/" and path.startswith(link.url))
