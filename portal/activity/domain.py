"""Recording what visitors do."""

from django.http import HttpRequest

from portal.activity import buffer
from portal.activity.consent import may_record, visitor_of
from portal.activity.metrics import FUNNEL_EVENTS
from portal.activity.models import FUNNEL, Activity, ActivityEvent


def record(
    request: HttpRequest,
    activity: Activity,
    *,
    service_id: int | None,
    service: str = "",
    object_id: str = "",
    seconds: int = 0,
) -> bool:
    """Note what the visitor did, for the next batch; False when their browser asks not to be measured.

    `service` is the slug, for the funnel metric's label; `object_id` a media item's slug.
    """
    if not may_record(request):
        return False
    if activity in FUNNEL:
        FUNNEL_EVENTS.labels(stage=activity.value, service=service).inc()
    buffer.add(
        ActivityEvent(
            activity=activity,
            service_id=service_id,
            object_id=object_id,
            visitor=visitor_of(request),
            seconds=seconds,
        )
    )
    return True
