"""One session: who has booked, and who attended."""

from typing import ClassVar

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin import messages

from portal.bookings.domain.attendance import mark_attendance
from portal.bookings.domain.conflicts import overlaps_of
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.errors import BookingError
from portal.bookings.models import Session
from portal.common import clock
from portal.coordination.base import CoordinationView, sessions
from portal.coordination.forms import MARKS
from portal.coordination.queries import AttendanceRow, affected_by, attendance_of, change_of


class AttendanceView(CoordinationView):
    """Mark who came; marks can be corrected."""

    permissions: ClassVar[tuple[str, ...]] = ("bookings.change_booking",)
    template_name = "coordination/attendance.html"
    page_title = gettext_lazy("Session")

    def get(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(sessions(), pk=session_id)
        return self._shown(session)

    def _shown(self, session: Session) -> HttpResponse:
        change = change_of(session)
        is_over = session.status == SessionStatus.CANCELLED
        return self.page(
            session=session,
            rows=attendance_of(session),
            marks=MARKS,
            has_begun=session.starts_at <= clock.now() and not is_over,
            is_cancelled=is_over,
            may_change=self.request.user.has_perm("bookings.change_session") and not is_over,
            may_move=session.starts_at > clock.now(),
            change=change,
            affected=affected_by(change) if change else [],
            overlaps=overlaps_of(session),
        )

    def post(self, request: HttpRequest, session_id: int) -> HttpResponse:
        session = get_object_or_404(sessions(), pk=session_id)
        saved = sum(self._marked(row) for row in attendance_of(session) if row.can_be_marked)
        if saved:
            messages.success(
                request, ngettext("%(count)s person updated.", "%(count)s people updated.", saved) % {"count": saved}
            )
        else:
            messages.info(request, _("Nothing has changed."))
        return redirect("coordination:attendance", session.pk)

    def _marked(self, row: AttendanceRow) -> bool:
        """One booking, one transaction: what one is refused does not hold up the others."""
        chosen = self.request.POST.get(f"mark-{row.booking.pk}", "")
        seen = self.request.POST.get(f"seen-{row.booking.pk}", "")
        if chosen not in dict(MARKS) or chosen == seen:
            return False
        try:
            return mark_attendance(row.booking.pk, seen=seen, to=BookingStatus(chosen), cause=self.cause)
        except BookingError as error:
            messages.error(self.request, f"{row.person}: {error.sentence}")
            return False
