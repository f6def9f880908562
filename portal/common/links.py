"""Where a link may lead that somebody types: this site, the web, an email or a telephone."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_LINK: Final = re.compile(
    r"/(?![/\\])[^\s\\]*|#[^\s]+|https?://[^\s/][^\s]*|mailto:[^\s@]+@[^\s@]+|tel:\+?[0-9().-]+", re.I
)


def is_link(text: str) -> bool:
    """Whether it is a path of this site, or an address of http, https, mailto or tel. Browsers drop control characters
    from an address, so one that holds any is none."""
    return text.isprintable() and _LINK.fullmatch(text) is not None


def validate_link(text: str) -> None:
    """Raises ValidationError with what to write instead."""
    if not is_link(text):
        raise ValidationError(
            _("Enter a path of this site, such as /book/, or an address that starts with https://, mailto: or tel:.")
        )
