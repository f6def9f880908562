"""Who came to a session."""

import pytest
from django.test import Client

from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db


class TestRegister:
    """/admin/desk/sessions/<id>/"""

    def post(self, client: Client, booking: Booking, mark: str, seen: str = "confirmed") -> str:
        fields = {f"mark-{booking.pk}": mark, f"seen-{booking.pk}": seen}
        return said(client.post(f"/admin/desk/sessions/{booking.session_id}/", fields, follow=True))

    def test_marks_and_says_so(self, coordinator: Client, begun: Booking) -> None:
        assert "1 person updated." in self.post(coordinator, begun, "completed")
        assert "1 person updated." in self.post(coordinator, begun, "no_show", seen="completed")
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.NO_SHOW
        by = AuditEvent.objects.filter(data__reason="attendance").values_list("actor_id", "source")
        assert set(by) == {(str(coordinator.user.pk), "staff")}  # type: ignore[attr-defined]

    def test_refuses_a_stale_form_and_names_the_person(self, coordinator: Client, begun: Booking) -> None:
        self.post(coordinator, begun, "completed")
        page = self.post(coordinator, begun, "no_show")
        assert "Rose Okafor: Attendance has changed since you opened this page." in page
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.COMPLETED

    @pytest.mark.parametrize("mark", ["", "cancelled", "expired", "awaiting_deposit", "nonsense"])
    def test_knows_three_marks_only(self, coordinator: Client, begun: Booking, mark: str) -> None:
        assert "Nothing has changed." in self.post(coordinator, begun, mark)
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.CONFIRMED

    def test_is_closed_before_the_session(self, coordinator: Client, confirmed: Booking) -> None:
        page = coordinator.get(f"/admin/desk/sessions/{confirmed.session_id}/")
        assert "You can mark attendance once the session starts." in said(page)
        assert 'type="radio"' not in page.content.decode()
        assert "You can mark attendance once the session starts." in self.post(coordinator, confirmed, "completed")
        assert Booking.objects.get(pk=confirmed.pk).status == BookingStatus.CONFIRMED

    def test_says_what_is_still_to_pay(self, coordinator: Client, begun: Booking) -> None:
        assert "Balance due: £33.75" in said(coordinator.get(f"/admin/desk/sessions/{begun.session_id}/"))
