"""A heading of several sentences breaks its lines between them first."""

import re

from django import template

register = template.Library()
_END = re.compile(r"(?<=[.?!…])\s+")


@register.filter
def sentences(text: str) -> list[str]:
    """Looking after someone? Let us help. -> the two."""
    return _END.split(text.strip())
