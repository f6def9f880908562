"""The day ahead, on the care coordinator's home page."""

from typing import Any

from wagtail.admin.ui.components import Component

from portal.common import clock
from portal.coordination.queries import next_day_with_sessions, sessions_on


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
