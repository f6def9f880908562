"""What coordinators send of services and closures, and where to."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal.bookings.models import Service
from tests.unit.portal.bookings.service_form import typed
from tests.unit.portal.coordination.staff import said

CLOSURES = "/admin/snippets/bookings/closure"
SESSIONS = "/admin/snippets/bookings/session"
MONDAY, TUESDAY = 0, 1
LONDON = ZoneInfo("Europe/London")
WEEKS = 12


def at(day: int, hour: int = 14, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=LONDON)


def slot(service: Service, **changes: Any) -> dict[str, Any]:
    """The service's form with its one weekly session, changed."""
    row = service.availabilities.get()
    stored = {"id": row.pk, "weekday": row.weekday, "start_time": "14:00", "capacity": 4, "ORDER": 1} | changes
    windows = service.cancellation_windows.order_by("-hours_before")
    form = typed(
        slug=service.slug,
        **{f"availabilities-0-{name}": value for name, value in stored.items()},
        **{"availabilities-TOTAL_FORMS": 1, "availabilities-INITIAL_FORMS": 1},
        **{"cancellation_windows-TOTAL_FORMS": len(windows), "cancellation_windows-INITIAL_FORMS": len(windows)},
    )
    for index, window in enumerate(windows):
        form |= {
            f"cancellation_windows-{index}-id": window.pk,
            f"cancellation_windows-{index}-hours_before": window.hours_before,
            f"cancellation_windows-{index}-refund_percent": window.refund_percent,
            f"cancellation_windows-{index}-ORDER": index,
        }
    return form


def confirmed(reply: Any) -> dict[str, str]:
    """The button that saves, with the plan that the page shows."""
    found = re.search(r'name="schedule" value="([0-9a-f]{32})"', reply.content.decode())
    assert found is not None, said(reply)[-600:]
    return {"schedule": found[1]}
