"""The roll-ups' tables, where Django looks for them."""

from insights.rollups.models import (
    Cursor,
    DailyDecline,
    DailyFigures,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyViewer,
)

__all__ = [
    "Cursor",
    "DailyDecline",
    "DailyFigures",
    "DailyHistogram",
    "DailyMedia",
    "DailyNotifications",
    "DailyViewer",
]
