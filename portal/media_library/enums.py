"""Kinds of media, who may see them, and what a player reports."""

from typing import Final

from django.db import models

from portal.bookings.enums import HOLDS_PLACE, BookingStatus
from portal.uploads.enums import Kind

__all__ = ["OPENS_MEDIA", "PLAYABLE", "Access", "Kind", "Playback"]


class Access(models.TextChoices):
    """Who may open an item."""

    PUBLIC = "public", "Everybody"
    SIGNED_IN = "signed_in", "People with an account"
    BOOKED = "booked", "Caregivers who have booked a service"


class Playback(models.TextChoices):
    """What a player reports of one play; quartiles are of the item's length."""

    STARTED = "started", "Started"
    FIRST_QUARTILE = "first_quartile", "A quarter played"
    MIDPOINT = "midpoint", "Half played"
    THIRD_QUARTILE = "third_quartile", "Three quarters played"
    COMPLETED = "completed", "Played to the end"
    STOPPED = "stopped", "Paused or left"
    DOWNLOADED = "downloaded", "Downloaded"


PLAYABLE: Final = frozenset({Kind.VIDEO, Kind.AUDIO})
# A place that is only held opens nothing yet; one that was paid for stays open afterwards.
OPENS_MEDIA: Final = HOLDS_PLACE - {BookingStatus.AWAITING_DEPOSIT}
