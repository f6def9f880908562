"""Kinds of media, who may see them, and what a player reports."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.bookings.enums import HOLDS_PLACE, BookingStatus
from portal.uploads.policies import Kind

__all__ = ["OPENS_MEDIA", "PLAYABLE", "Access", "Kind", "Playback"]


class Access(models.TextChoices):
    """Who may open an item."""

    PUBLIC = "public", _("Everyone")
    SIGNED_IN = "signed_in", _("People with an account")
    BOOKED = "booked", _("Caregivers who have booked a service")


class Playback(models.TextChoices):
    """What a player reports of one play; quartiles are of the item's length."""

    STARTED = "started", _("Started")
    FIRST_QUARTILE = "first_quartile", _("A quarter played")
    MIDPOINT = "midpoint", _("Half played")
    THIRD_QUARTILE = "third_quartile", _("Three quarters played")
    COMPLETED = "completed", _("Played to the end")
    STOPPED = "stopped", _("Paused or left")
    DOWNLOADED = "downloaded", _("Downloaded")


PLAYABLE: Final = frozenset({Kind.VIDEO, Kind.AUDIO})
# A place that is only held opens nothing yet; one that was paid for stays open afterwards.
OPENS_MEDIA: Final = HOLDS_PLACE - {BookingStatus.AWAITING_DEPOSIT}
