"""The day: every session that begins on it."""

from datetime import date, timedelta
from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from portal.common import clock
from portal.coordination.base import CoordinationView, Parents
from portal.coordination.queries import next_day_with_sessions, sessions_on


class DayView(CoordinationView):
    """`?day=2026-12-03`; today when it says nothing sensible."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.change_booking",)
    template_name = "coordination/day.html"
    page_title = _("Care desk")
    parents: ClassVar[Parents] = ()

    def get(self, request: HttpRequest) -> HttpResponse:
        day, step = _day_in(request.GET.get("day", "")), timedelta(days=1)
        sessions = sessions_on(day)
        next_day = None if sessions else next_day_with_sessions(day)
        return self.page(
            sessions=sessions, next_day=next_day, today=_today(), day=day, previous=day - step, following=day + step
        )


def _today() -> date:
    return clock.reporting_day(clock.now())


def _day_in(text: str) -> date:
    """The day; today for nonsense, and for the edges of the calendar."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _today()
    return day if 2000 <= day.year < 2200 else _today()
