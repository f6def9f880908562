"""A state as staff see it everywhere: its words in a tag, whose colour only helps."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from django.db.models import Model
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail.admin.ui.tables import Column


class Tone(StrEnum):
    """What a state asks of whoever reads it; nothing when it has none."""

    GOOD = "good"
    WAIT = "wait"
    BAD = "bad"
    INFO = "info"


_OF: Final[Mapping[Tone, str]] = {
    Tone.GOOD: "confirmed completed succeeded sent won applied mirrored healed finished open",
    Tone.WAIT: (
        "awaiting_deposit pending requires_action processing requested unknown queued sending received waiting "
        "under_review warning_under_review running"
    ),
    Tone.BAD: (
        "no_show failed not_sent needs_response warning_needs_response lost unmatched discrepancy interrupted "
        "discrepancy.open"
    ),
    Tone.INFO: "refunded partially_refunded closed warning_closed prevented",
}
# By the state's value, or by model.value where a word means something else there.
TONES: Final = {state: tone for tone, states in _OF.items() for state in states.split()}


def status_tag(row: Model, field: str = "status", label: str = "") -> SafeString:
    """The state of `row` in its own words, or in those of `label`."""
    state = str(getattr(row, field))
    tone = TONES.get(f"{row._meta.model_name}.{state}") or TONES.get(state)
    words = label or getattr(row, f"get_{field}_display")()
    return format_html('<span class="w-status portal-tag{}">{}</span>', f" portal-tag--{tone}" if tone else "", words)


class StatusColumn(Column):
    """The same as a column of Wagtail's tables, sortable."""

    def __init__(self, name: str = "status", **kwargs: Any) -> None:
        super().__init__(name, sort_key=name, **kwargs)

    def get_value(self, instance: Any) -> SafeString:
        return status_tag(instance, self.name)
