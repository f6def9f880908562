"""Filters of the coordinator's listings."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from django_filters import DateFromToRangeFilter
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet

from portal.bookings.models import Booking, Session


class ReportingDays(DateRangeField):
    """Days of the reporting time zone, whatever zone the reader has chosen: as the figures count them."""

    def compress(self, data_list: Any) -> Any:
        with timezone.override(settings.REPORTING_TIME_ZONE):
            return super().compress(data_list)


class DaysFilter(DateFromToRangeFilter):
    """`name_from` and `name_to`, both included."""

    field_class = ReportingDays

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateRangePickerWidget, **kwargs)


class BookingFilters(WagtailFilterSet):
    """By state, service, and the days it was made or takes place."""

    created_at = DaysFilter(label="Made")
    session__starts_at = DaysFilter(label="Session")

    class Meta:
        model = Booking
        fields = ("status", "session__service")


class SessionFilters(WagtailFilterSet):
    """By service, state and days."""

    starts_at = DaysFilter(label="Starts")

    class Meta:
        model = Session
        fields = ("service", "status")
