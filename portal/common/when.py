"""Times and zones as people say them: the same on pages, in mails, in PDFs and for staff.

Times are said in a service's zone, and that zone is named only where its clocks differ from the organisation's. Where
clocks change during a session, or show its time twice that night, its times carry their zone even at home.
"""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Mark = Callable[[datetime, str], str]


def _plain(moment: datetime, text: str) -> str:
    return text


def clock_time(moment: datetime | time) -> str:
    """The time of day: 5pm, 5:30pm."""
    return date_format(moment, pgettext("format of a time of day", "fA")).lower()


def full_day(local: datetime) -> str:
    """Monday 23 November 2026."""
    return date_format(local, pgettext("format of a day with weekday and year", "l j F Y"))


def plain_day(local: date) -> str:
    """23 November 2026."""
    return date_format(local, pgettext("format of a day with year", "j F Y"))


def named_day(local: datetime) -> str:
    """Monday 23 November."""
    return date_format(local, pgettext("format of a day with weekday", "l j F"))


def short_day(local: datetime) -> str:
    """Mon 23 November."""
    return date_format(local, pgettext("format of a day with short weekday", "D j F"))


def zone_name(local: datetime) -> str:
    """The zone of `local`: PST, GMT+5:45; empty while its clocks show the organisation's time."""
    organisation = local.astimezone(ZoneInfo(settings.REPORTING_TIME_ZONE))
    return "" if organisation.utcoffset() == local.utcoffset() else zone_always(local)


def zone_always(local: datetime) -> str:
    """The zone of `local`, at home too: GMT, BST, PST, GMT+5:45."""
    name = f"{local:%Z}"
    if name.isalpha():
        return name
    minutes = int((local.utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"GMT{sign}{hours}:{rest:02}" if rest else f"GMT{sign}{hours}"


def at(local: datetime) -> str:
    """10:30am on Monday 23 November; with the zone where it is not the organisation's."""
    text = _("%(time)s on %(day)s") % {"time": clock_time(local), "day": named_day(local)}
    return _with_zone(text, _zone_to_say(local))


def moment(local: datetime) -> str:
    """23 November 2026, 10:30am; with the zone where it is not the organisation's."""
    text = _("%(day)s, %(time)s") % {"day": plain_day(local), "time": clock_time(local)}
    return _with_zone(text, _zone_to_say(local))


def until(local: datetime, now: datetime) -> str:
    """7:12pm; with the day where that is not the day of `now`, and with the zone where it is another."""
    if local.date() != now.astimezone(local.tzinfo).date():
        return at(local)
    return _with_zone(clock_time(local), _zone_to_say(local))


def times(start: datetime, end: datetime, *, always_zone: bool = False, mark: Mark = _plain) -> str:
    """10am to 1pm; 5pm to 8am on Sunday 29 November; 5pm BST to 8am GMT on Sunday 31 October.

    `mark` may wrap each of the two times, for HTML.
    """
    return _span(start, end, "", _last_day(start, end, named_day), always_zone, mark)


def session_time(start: datetime, end: datetime, *, always_zone: bool = False, mark: Mark = _plain) -> str:
    """Monday 23 November 2026, 10am to 1pm; as `times` beyond that."""
    return _span(start, end, full_day(start), _last_day(start, end, named_day), always_zone, mark)


def short_session_time(start: datetime, end: datetime) -> str:
    """Mon 23 November, 10am to 1pm: for lists of what is ahead."""
    return _span(start, end, short_day(start), _last_day(start, end, short_day), False, _plain)


def _span(start: datetime, end: datetime, day: str, last_day: str, always_zone: bool, mark: Mark) -> str:
    zone, end_zone = _zones(start, end, always_zone)
    each = zone != end_zone
    values = {
        "day": day,
        "start": mark(start, _zoned(clock_time(start), zone if each else "")),
        "end": mark(end, _zoned(_end_time(end), end_zone if each else "")),
        "last_day": last_day,
    }
    return _with_zone(_sentence(end, day, last_day) % values, "" if each else zone)


def _sentence(end: datetime, day: str, last_day: str) -> str:
    if not last_day:
        return _("%(day)s, %(start)s to %(end)s") if day else _("%(start)s to %(end)s")
    if _is_midnight(end):
        if day:
            return _("%(day)s, %(start)s to %(end)s at the end of %(last_day)s")
        return _("%(start)s to %(end)s at the end of %(last_day)s")
    return _("%(day)s, %(start)s to %(end)s on %(last_day)s") if day else _("%(start)s to %(end)s on %(last_day)s")


def _last_day(start: datetime, end: datetime, name: Callable[[datetime], str]) -> str:
    """The day of the end where it is not the day of the start; midnight belongs to the day that it ends."""
    last = end - timedelta(minutes=1) if _is_midnight(end) else end
    if last.date() == start.date():
        return ""
    return name(last) if last.year == start.year or name is short_day else full_day(last)


def _end_time(end: datetime) -> str:
    return pgettext("time of day", "midnight") if _is_midnight(end) else clock_time(end)


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute) == (0, 0)


def _zones(start: datetime, end: datetime, always: bool) -> tuple[str, str]:
    """What is said of the zone at the start and at the end: the same for both, or each its own."""
    if always or start.utcoffset() != end.utcoffset():
        return zone_always(start), zone_always(end)
    zone = _zone_to_say(start) or _zone_to_say(end)
    return zone, zone


def _zone_to_say(local: datetime) -> str:
    return zone_always(local) if comes_twice(local) else zone_name(local)


def comes_twice(local: datetime) -> bool:
    """Whether the clocks show this time twice that night."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def _zoned(time: str, zone: str) -> str:
    return _("%(time)s %(zone)s") % {"time": time, "zone": zone} if zone else time


def _with_zone(text: str, zone: str) -> str:
    return _("%(time)s (%(zone)s)") % {"time": text, "zone": zone} if zone else text
