"""Choosing a time: what an address says of it, and the month that the calendar component shows."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.bookings.domain.free_days import ANY_TIME, Narrowing, free_places, last_day, next_free, sessions_on
from portal.bookings.enums import PartOfDay, Weekday
from portal.bookings.models import Service, Session
from portal.common import clock, when

SESSIONS_LISTED: Final = 10  # where no day is chosen
MONTHS_AHEAD: Final = 24


class TimeChoiceForm(forms.Form):
    """The part of an address that says when: `?month=2026-12&day=2026-12-03&weekday=1&part=morning`."""

    month = forms.DateField(input_formats=["%Y-%m"], required=False, widget=forms.HiddenInput)
    day = forms.DateField(input_formats=["%Y-%m-%d"], required=False, widget=forms.HiddenInput)
    weekday = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    part = forms.ChoiceField(label=_("Time of day"), choices=[("", _("Any time")), *PartOfDay.choices], required=False)


@dataclass(frozen=True, slots=True)
class TimeChoice:
    """What somebody has chosen so far; whatever an address says wrongly counts as not said."""

    month: date | None = None
    day: date | None = None
    narrowing: Narrowing = ANY_TIME

    @classmethod
    def from_query(cls, query: Mapping[str, Any]) -> "TimeChoice":
        """Of an address's query (a QueryDict)."""
        form = TimeChoiceForm(query)
        form.is_valid()
        said = form.cleaned_data
        part = PartOfDay(said["part"]) if said.get("part") else None
        day = said.get("day")
        day = day if day and day.year in clock.YEARS else None
        return cls(said.get("month"), day, Narrowing(frozenset(said.get("weekday") or ()), part))

    def query(self) -> list[tuple[str, str]]:
        """As an address says it."""
        pairs = [("weekday", str(weekday)) for weekday in sorted(self.narrowing.weekdays)]
        if self.narrowing.part:
            pairs.append(("part", self.narrowing.part.value))
        if self.day:
            return [*pairs, ("day", self.day.isoformat())]
        return [*pairs, ("month", f"{self.month:%Y-%m}")] if self.month else pairs


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of the month; `places` is None without a session, 0 when every session is full."""

    day: date
    places: int | None
    url: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Times:
    """The calendar of a month, and the sessions of the chosen day, or the next free ones."""

    service: Service
    month: date
    weeks: list[list[CalendarDay | None]]
    previous_url: str
    next_url: str
    next_free: Session | None
    next_free_url: str
    day: date | None
    sessions: list[Session]
    is_narrowed: bool
    everything_url: str

    @property
    def weekdays(self) -> list[str]:
        """Names of the columns, Monday first."""
        return [str(weekday.label) for weekday in Weekday]

    @property
    def zone(self) -> str:
        """The zone of the times, where it is not the organisation's."""
        session = self.next_free or next(iter(self.sessions), None)
        return when.zone_name(session.starts_local) if session else ""


def times_of(service: Service, choice: TimeChoice, *, page: str, kept: list[tuple[str, str]]) -> Times:
    """What `choice` shows of `service`, without the weeks that are over. Links lead to `page` with the pairs `kept`."""
    today = clock.now().astimezone(ZoneInfo(service.time_zone)).date()
    free = next_free(service, SESSIONS_LISTED, choice.narrowing)
    month = _month(choice, free, today)
    places = free_places(service, month, _end(month), choice.narrowing)

    def url(changed: TimeChoice) -> str:
        return f"{page}?{urlencode([*kept, *changed.query()])}"

    def cell(day: date) -> CalendarDay | None:
        if day.month != month.month:
            return None
        link = url(replace(choice, day=day, month=None)) if places.get(day) else ""
        return CalendarDay(day, places.get(day), link, day == choice.day)

    weeks = calendar.Calendar().monthdatescalendar(month.year, month.month)
    last = last_day(service)
    before, after = month - timedelta(days=1), _end(month) + timedelta(days=1)
    return Times(
        service=service,
        month=month,
        weeks=[[cell(day) for day in week] for week in weeks if week[-1] >= today],
        previous_url=url(replace(choice, day=None, month=before)) if month > today else "",
        next_url=url(replace(choice, day=None, month=after)) if last and last >= after else "",
        next_free=free[0] if free else None,
        next_free_url=url(replace(choice, day=free[0].starts_local.date(), month=None)) if free else "",
        day=choice.day,
        sessions=sessions_on(service, choice.day, choice.narrowing) if choice.day else free,
        is_narrowed=choice.narrowing != ANY_TIME,
        everything_url=url(TimeChoice(choice.month, choice.day)),
    )


def _month(choice: TimeChoice, free: list[Session], today: date) -> date:
    """The first of the month that is asked for, else of the chosen day, else of the next free session; none before
    this one, and none beyond two years."""
    wanted = choice.month or choice.day or (free[0].starts_local.date() if free else today)
    latest = today + timedelta(days=31 * MONTHS_AHEAD)
    return min(max(wanted, today), latest).replace(day=1)


def _end(month: date) -> date:
    """The last day of the month."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])
