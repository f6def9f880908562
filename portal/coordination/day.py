"""The day: every session that begins on it."""

from datetime import date, timedelta
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from portal.audit.admin_views import Parents
from portal.common import clock
from portal.coordination.base import CoordinationView
from portal.coordination.queries import next_day_with_sessions, sessions_on


class DayView(CoordinationView):
    """`?day=2026-12-03`; today when it says nothing sensible."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.change_booking",)
    template_name = "coordination/day.html"
    page_title = _("Care desk")
    parents: ClassVar[Parents] = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        """The sessions, with how many come."""
        day, step = day_in(request.GET.get("day", "")), timedelta(days=1)
        sessions = sessions_on(day)
        next_day = None if sessions else next_day_with_sessions(day)
        return self.page(
            sessions=sessions, next_day=next_day, today=_today(), day=day, previous=day - step, following=day + step
        )


def _today() -> date:
    return clock.reporting_day(clock.now())


def day_in(text: str) -> date:
    """The day; today for nonsense, and for the edges of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _today()
    return day if day.year in clock.YEARS else _today()


class DayPanel(Component):
    """Today's sessions with the places taken; the next day that has some when today has none."""

    order = 110
    template_name = "coordination/home_panel.html"

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        today = clock.reporting_day(clock.now())
        sessions = sessions_on(today)
        return {
            "sessions": sessions,
            "people": sum(session.held for session in sessions),
            "next_day": None if sessions else next_day_with_sessions(today),
        }
