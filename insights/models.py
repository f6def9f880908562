"""The tables, where Django looks for them."""

from insights.anomalies.models import Anomaly, AnomalySettings
from insights.rollups.models import (
    Cursor,
    DailyDecline,
    DailyHistogram,
    DailyMedia,
    DailyNotifications,
    DailyServiceTotals,
    DailyViewer,
)

__all__ = [
    "Anomaly",
    "AnomalySettings",
    "Cursor",
    "DailyDecline",
    "DailyHistogram",
    "DailyMedia",
    "DailyNotifications",
    "DailyServiceTotals",
    "DailyViewer",
]
