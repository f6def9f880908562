"""A caregiver's bookings that are over or were cancelled: the latest session first, a page at a time, narrowed."""

from typing import Any, Final
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models.functions import ExtractYear
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from payments.queries import BookingRow, row
from portal.accounts.models import User
from portal.bookings.models import Booking, BookingQuerySet

ON_A_PAGE: Final = 10


class PastFilter(forms.Form):
    """Whose, of which service, in which year: of what there is. A choice that means nothing narrows nothing."""

    person = forms.ChoiceField(label=_("Person"), required=False)
    service = forms.ChoiceField(label=_("Service"), required=False)
    year = forms.ChoiceField(label=_("Year"), required=False)

    def __init__(self, data: QueryDict, *, past: BookingQuerySet) -> None:
        super().__init__(data)
        zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
        found = past.order_by().annotate(year=ExtractYear("session__starts_at", tzinfo=zone))
        kinds = found.values_list(
            "care_recipient", "care_recipient__full_name", "session__service", "session__service__name", "year"
        )
        people, services, years = {}, {}, set()
        for person, person_name, service, service_name, year in kinds.distinct():
            people[person], services[service] = person_name, service_name
            years.add(year)
        self._offer("person", sorted(people.items(), key=lambda choice: choice[1]), _("Everyone"))
        self._offer("service", sorted(services.items(), key=lambda choice: choice[1]), _("All services"))
        self._offer("year", [(year, str(year)) for year in sorted(years, reverse=True)], _("All years"))

    def _offer(self, name: str, choices: list[tuple[int, str]], every: Any) -> None:
        self.fields[name].choices = [("", every), *choices]  # type: ignore[attr-defined]

    def narrowed(self, past: BookingQuerySet) -> BookingQuerySet:
        """Those of `past` that were asked for."""
        self.is_valid()
        asked = self.cleaned_data
        if person := asked.get("person"):
            past = past.filter(care_recipient=person)
        if service := asked.get("service"):
            past = past.filter(session__service=service)
        if year := asked.get("year"):
            zone = ZoneInfo(settings.REPORTING_TIME_ZONE)
            past = past.annotate(year=ExtractYear("session__starts_at", tzinfo=zone)).filter(year=year)
        return past


def past_page(user: User, asked: QueryDict) -> "tuple[list[BookingRow], Page[Booking], PastFilter | None]":
    """The rows of the page that `asked` names, the page, and the filter where there is something to narrow."""
    past = Booking.objects.of(user).past()
    found, narrowing = past, None
    if past.count() > ON_A_PAGE:
        narrowing = PastFilter(asked, past=past)
        found = narrowing.narrowed(past)
    ordered = found.with_details().prefetch_related("payments").order_by("-session__starts_at", "-pk")
    page = Paginator(ordered, ON_A_PAGE).get_page(asked.get("page"))
    return [row(booking) for booking in page], page, narrowing
