"""Filters by date in the admin's two kinds of listings, in days of the reporting time zone, as the KPIs count them."""

from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.admin import DateFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import DateFromToRangeFilter
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget

from portal.common.clock import midnight


class ReportingDays(DateRangeField):
    """Days of the reporting time zone, whatever zone the reader has chosen."""

    def compress(self, data_list: Any) -> Any:
        with timezone.override(settings.REPORTING_TIME_ZONE):
            return super().compress(data_list)


class DateRangeFilter(DateFromToRangeFilter):
    """For Wagtail's viewsets: `name_from` and `name_to`, both included."""

    field_class = ReportingDays

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=DateRangePickerWidget, **kwargs)


class DateListFilter(DateFieldListFilter):
    """For wagtail-modeladmin: Django's usual periods, and any days: `field__gte=2026-03-10&field__lt=2026-03-12`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.date_params.keys() <= set(self.expected_parameters()):
            raise IncorrectLookupParameters
        if self.date_params and all(len(value) == len("2026-03-10") for value in self.date_params.values()):
            self.used_parameters = {name: [_midnight(value)] for name, value in self.date_params.items()}
            name = _named(self.date_params, self.lookup_kwarg_since, self.lookup_kwarg_until)
            chosen: dict[str, Any] = {**self.date_params}
            self.links = (*self.links, (name, chosen))


def _midnight(text: str) -> Any:
    try:
        return midnight(date.fromisoformat(text))
    except ValueError as error:
        raise IncorrectLookupParameters(error) from error


def _named(days: dict[str, str], since: str, until: str) -> str:
    if until not in days:
        return _("From %(first)s") % {"first": days[since]}
    if since not in days:
        return _("Before %(next)s") % {"next": days[until]}
    return _("From %(first)s to before %(next)s") % {"first": days[since], "next": days[until]}
