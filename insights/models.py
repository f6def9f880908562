"""The tables, where Django looks for them."""

from insights.anomalies.models import Anomaly, AnomalySettings
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
    "Anomaly",
    "AnomalySettings",
    "Cursor",
    "DailyDecline",
    "DailyFigures",
    "DailyHistogram",
    "DailyMedia",
    "DailyNotifications",
    "DailyViewer",
]
