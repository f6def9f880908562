"""KPIs of the media library and of emails. They know no service."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from django.utils.translation import gettext_lazy as _

from insights.kpis.aggregates import Aggregates
from insights.kpis.definition import Direction, Kpi, Unit, duration_kpis, ranked, ratio
from insights.rollups.engagement_queries import REMINDER
from insights.rollups.models import Measure

OWNER: Final = "Digital"
_kpi = partial(Kpi, owner=OWNER)
TOP: Final = 10
_PLAYS: Final = "portal.activity ActivityEvent media_played, media_completed, media_downloaded"
_EMAILS: Final = "portal.notifications Notification, by created_at"


def _media(column: str) -> Callable[[Aggregates], int]:
    return lambda aggregates: sum(counts[column] for counts in aggregates.media.values())


def _top(aggregates: Aggregates) -> Mapping[str, int]:
    return ranked({item: counts["plays"] + counts["downloads"] for item, counts in aggregates.media.items()}, TOP)


MEDIA: Final = (
    _kpi(
        key="media_plays",
        name=_("Media plays"),
        meaning=_("How often video or audio from the library was started."),
        formula="sum of plays",
        unit=Unit.COUNT,
        source=_PLAYS,
        direction=Direction.HIGHER_IS_BETTER,
        per_service=False,
        query=_media("plays"),
    ),
    _kpi(
        key="media_downloads",
        name=_("Media downloads"),
        meaning=_("How often a document or image from the library was downloaded."),
        formula="sum of downloads",
        unit=Unit.COUNT,
        source=_PLAYS,
        per_service=False,
        query=_media("downloads"),
    ),
    _kpi(
        key="media_viewers",
        name=_("Unique viewers"),
        meaning=_(
            "How many different people played or downloaded something in the period. Only people who let us link "
            "their visits can be told apart."
        ),
        formula="count of distinct viewers",
        unit=Unit.COUNT,
        source="portal.activity ActivityEvent visitor",
        direction=Direction.HIGHER_IS_BETTER,
        per_service=False,
        query=lambda aggregates: aggregates.viewers,
    ),
    _kpi(
        key="media_watch_time",
        name=_("Watch time"),
        meaning=_("How long video and audio were played, all plays together."),
        formula="sum of watched_seconds",
        unit=Unit.SECONDS,
        source="portal.activity ActivityEvent seconds",
        direction=Direction.HIGHER_IS_BETTER,
        per_service=False,
        query=_media("watched_seconds"),
    ),
    _kpi(
        key="media_completion",
        name=_("Completion rate"),
        meaning=_(
            "Of the plays started, the share played to the end. Starts and ends count on their own days, so a single "
            "day can pass 100% when people play past midnight."
        ),
        formula="completed ÷ plays",
        unit=Unit.RATIO,
        source=_PLAYS,
        direction=Direction.HIGHER_IS_BETTER,
        per_service=False,
        query=lambda aggregates: ratio(_media("completed")(aggregates), _media("plays")(aggregates)),
    ),
    _kpi(
        key="media_top",
        name=_("Most popular items"),
        meaning=_("The ten items played or downloaded most."),
        formula="plays + downloads by item, the most used first; of equals the first by name",
        unit=Unit.BREAKDOWN,
        source=_PLAYS,
        per_service=False,
        query=_top,
    ),
)


def _emails(column: str, template: str | None = None) -> Callable[[Aggregates], int]:
    return lambda aggregates: sum(
        counts[column] for name, counts in aggregates.notifications.items() if template in (None, name)
    )


NOTIFICATIONS: Final = (
    _kpi(
        key="notifications_sent",
        name=_("Emails sent"),
        meaning=_("Emails of the period that the mail server accepted."),
        formula="count of notifications with status sent",
        unit=Unit.COUNT,
        source=_EMAILS,
        per_service=False,
        query=_emails("sent"),
    ),
    _kpi(
        key="notifications_failed",
        name=_("Emails failed"),
        meaning=_("Emails of the period that could not be sent after every retry."),
        formula="count of notifications with status failed",
        unit=Unit.COUNT,
        source=_EMAILS,
        direction=Direction.LOWER_IS_BETTER,
        per_service=False,
        query=_emails("failed"),
    ),
    *duration_kpis(
        key="notification_delay",
        name=_("Email delay"),
        measure=Measure.NOTIFICATION_DELAY,
        meaning=_("The time from an email’s cause to its sending."),
        source="portal.notifications Notification created_at, sent_at",
        owner=OWNER,
    ),
    _kpi(
        key="reminder_completion",
        name=_("Paid after a reminder"),
        meaning=_("Of the reminders that a held place is about to be released, the share followed by the deposit."),
        formula="paid_after ÷ sent, of the template hold_ending",
        unit=Unit.RATIO,
        source="portal.notifications Notification, payments Payment",
        direction=Direction.HIGHER_IS_BETTER,
        per_service=False,
        query=lambda aggregates: ratio(
            _emails("paid_after", REMINDER)(aggregates), _emails("sent", REMINDER)(aggregates)
        ),
    ),
)
