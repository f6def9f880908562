"""The roll-ups say what plain SQL over the base tables says, and the comparison notices when they do not."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db.models import F

from insights.kpis.filters import Filter
from insights.rollups.models import DailyServiceTotals
from insights.rollups.refresh import rebuild
from ops.bench.dashboard_queries import is_as_expected

NOW = datetime(2026, 3, 30, 12, tzinfo=UTC)  # the day after the clocks changed


@pytest.mark.django_db
def test_a_seeded_year_is_as_expected_until_one_figure_is_off_by_one() -> None:
    with time_machine.travel(NOW, tick=False):
        call_command("seed_volume", "--bookings=500", "--years=1", stdout=StringIO(), stderr=StringIO())
        rebuild()
        year = Filter(NOW.date() - timedelta(days=365), NOW.date() - timedelta(days=1))
        assert is_as_expected(year)
        day = DailyServiceTotals.objects.filter(booked__gt=0, day__range=(year.first, year.last)).latest("pk")
        DailyServiceTotals.objects.filter(pk=day.pk).update(booked=F("booked") + 1)
        assert not is_as_expected(year)
