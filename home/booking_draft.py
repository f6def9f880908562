"""A booking form that has to wait: while somebody is added, or signs in. Kept in the visitor's own session."""

from typing import Final

from django.http import HttpRequest, QueryDict

KEY: Final = "booking_draft"
KEPT: Final = ("service", "session", "care_recipient", "notes")


def keep(request: HttpRequest, data: QueryDict) -> bool:
    """Put aside what was typed; whether there was anything."""
    draft = {name: data[name][:1000] for name in KEPT if data.get(name)}
    if draft:
        request.session[KEY] = draft
    return bool(draft)


def kept(request: HttpRequest) -> dict[str, str]:
    """What was put aside; empty when nothing was."""
    draft: dict[str, str] = request.session.get(KEY, {})
    return draft


def forget(request: HttpRequest) -> None:
    """It has become a booking."""
    request.session.pop(KEY, None)
