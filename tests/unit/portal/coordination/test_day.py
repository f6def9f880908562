"""The sessions of a day."""

import re
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from portal.bookings.models import Session
from portal.common import clock
from portal.coordination.queries import sessions_on
from tests.factories import (
    ServiceFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db


class TestDay:
    """/admin/desk/"""

    def test_shows_sessions_by_the_days_of_their_own_time_zone(self) -> None:
        auckland = ServiceFactory(time_zone="Pacific/Auckland")
        late = SessionFactory(service=auckland, starts_at=datetime(2027, 1, 4, 22, tzinfo=UTC))  # the 5th there
        london = SessionFactory(starts_at=datetime(2027, 1, 5, 23, 30, tzinfo=UTC))
        SessionFactory(starts_at=datetime(2027, 1, 6, 0, 30, tzinfo=UTC))
        assert sessions_on(datetime(2027, 1, 5).date()) == [late, london]

    @pytest.mark.parametrize(
        ("ends_at", "shown"),
        [
            (datetime(2027, 1, 7, 8, tzinfo=UTC), [5, 6, 7]),
            (datetime(2027, 1, 7, tzinfo=UTC), [5, 6]),
            (datetime(2027, 1, 5, 20, tzinfo=UTC), [5]),
        ],
    )
    def test_shows_a_session_on_each_day_that_it_takes(self, ends_at: datetime, shown: list[int]) -> None:
        stay = SessionFactory(starts_at=datetime(2027, 1, 5, 17, tzinfo=UTC), ends_at=ends_at)
        assert [day for day in range(3, 10) if sessions_on(date(2027, 1, day)) == [stay]] == shown

    def test_says_when_a_stay_under_way_began(self, coordinator: Client) -> None:
        SessionFactory(starts_at=datetime(2027, 1, 5, 17, tzinfo=UTC), ends_at=datetime(2027, 1, 6, 8, tzinfo=UTC))
        page = coordinator.get("/admin/desk/?day=2027-01-06").content.decode()
        cell = re.sub(r"<[^>]*>", "", page.split("<tbody>")[1].split("</td>")[0]).strip()
        assert cell == "Tuesday 5 January 2027, 5pm to 8am on Wednesday 6 January"

    def test_leads_to_each_register(self, coordinator: Client, session: Session) -> None:
        day = session.starts_local.date()
        page = coordinator.get(f"/admin/desk/?day={day}").content.decode()
        assert f'href="/admin/desk/sessions/{session.pk}/"' in page
        assert "0 of 4" in page

    @pytest.mark.parametrize("day", ["", "tomorrow", "2026-13-40", "0001-01-01", "9999-12-31", "<script>"])
    def test_nonsense_is_today(self, coordinator: Client, day: str) -> None:
        reply = coordinator.get("/admin/desk/", {"day": day})
        assert reply.status_code == 200
        assert reply.context["day"] == clock.reporting_day(clock.now())
