"""What waits for care coordinators, on the admin's home page."""

from datetime import timedelta
from typing import Final

from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Session
from portal.common import clock
from portal.common.home_panel import Task, TaskPanel, counted, in_figures

SOON: Final = timedelta(hours=2)
SHOWN: Final = 5  # sessions


class CoordinationPanel(TaskPanel):
    """Places that are about to be released, and sessions that were closed over people's heads."""

    order = 115
    key = "coordination-tasks"
    heading = _("Waiting for a decision")
    nothing = _("Nothing to do: no unpaid place is about to be released, and no closed session has bookings.")

    def tasks(self) -> list[Task]:
        return [*_holds(), *_closed_sessions()]


def _holds() -> list[Task]:
    now = clock.now()
    count = counted(Booking.objects.open_holds().filter(hold_expires_at__range=(now, now + SOON)))
    if not count:
        return []
    text = ngettext(
        "%(count)s unpaid place is released within two hours",
        "%(count)s unpaid places are released within two hours",
        count,
    )
    bookings = reverse("wagtailsnippets_bookings_booking:list")
    return [Task(text % {"count": in_figures(count)}, f"{bookings}?status={BookingStatus.AWAITING_DEPOSIT}")]


def _closed_sessions() -> list[Task]:
    """Those that a closure or a change of the weekly sessions closed, the next first; not those closed by hand."""
    closed = Session.objects.filter(status=SessionStatus.CLOSED, starts_at__gt=clock.now(), held__gt=0)
    sessions = list(closed.exclude(closed_by="").select_related("service").order_by("starts_at")[: SHOWN + 1])
    text = gettext("%(session)s: closed, with %(held)s booked")
    tasks = [
        Task(
            text % {"session": session, "held": session.held},
            reverse("coordination:attendance", args=[session.pk]),
        )
        for session in sessions[:SHOWN]
    ]
    if len(sessions) > SHOWN:
        all_closed = f"{reverse('wagtailsnippets_bookings_session:list')}?status={SessionStatus.CLOSED}"
        tasks.append(Task(gettext("All closed sessions"), all_closed))
    return tasks
