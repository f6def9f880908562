"""WebVTT captions, as far as editors get them wrong. Source: W3C WebVTT: The Web Video Text Tracks Format."""

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_STAMP: Final = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_TIMING: Final = re.compile(rf"^{_STAMP}[ \t]+-->[ \t]+{_STAMP}(?:[ \t].*)?$")


def validate_captions(text: str) -> None:
    """Raises ValidationError with the line that a player would not understand."""
    lines = text.lstrip("\ufeff").splitlines()
    if not lines or not re.match(r"^WEBVTT(?:[ \t]|$)", lines[0]):
        raise ValidationError(_("Captions must start with the line WEBVTT. Paste the whole .vtt file."))
    latest = -1
    for number, line in enumerate(lines[1:], start=2):
        if "-->" not in line:
            continue
        latest = _starts_at(line, number, latest)
    if latest < 0:
        raise ValidationError(_("There are no captions here. Each needs a line such as 00:01.000 --> 00:04.000."))


def _starts_at(line: str, number: int, latest: int) -> int:
    """The caption's start in milliseconds."""
    match = _TIMING.match(line.strip())
    if match is None:
        raise ValidationError(
            _("Line %(line)s isn’t a time such as 00:01.000 --> 00:04.000: %(text)s")
            % {"line": number, "text": line.strip()[:60]}
        )
    start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
    if end <= start:
        raise ValidationError(_("Line %(line)s: the caption ends before it starts.") % {"line": number})
    if start < latest:
        raise ValidationError(_("Line %(line)s: the caption starts before the one above it.") % {"line": number})
    return start


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, thousandths = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths
