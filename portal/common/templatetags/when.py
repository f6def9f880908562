"""`{% session_time start end %}` and its like: `portal.common.when` for templates, with <time> around each time."""

from collections.abc import Callable
from datetime import date, datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from portal.common import clock, when

register = template.Library()


def _in_html(sentence: Callable[[when.Mark], str]) -> SafeString:
    """A sentence of `when` with <time> around each of its times."""
    marked: list[SafeString] = []

    def mark(moment: datetime, text: str) -> str:
        marked.append(format_html('<time datetime="{}">{}</time>', moment.isoformat(), text))
        return f"{{{len(marked) - 1}}}"

    return format_html(sentence(mark), *marked)


@register.simple_tag
def session_time(start: datetime, end: datetime, always_zone: bool = False) -> SafeString:
    """Monday 23 November 2026, 10am to 1pm."""
    return _in_html(lambda mark: when.session_time(start, end, always_zone=always_zone, mark=mark))


@register.simple_tag
def times(start: datetime, end: datetime) -> SafeString:
    """10am to 1pm."""
    return _in_html(lambda mark: when.times(start, end, mark=mark))


@register.simple_tag
def moment(local: datetime) -> SafeString:
    """23 November 2026, 10:30am."""
    return format_html('<time datetime="{}">{}</time>', local.isoformat(), when.moment(local))


@register.simple_tag
def until(local: datetime) -> str:
    """7:12pm; with the day where that is not today."""
    return when.until(local, clock.now())


@register.filter
def plain_day(day: date) -> str:
    """23 November 2026."""
    return when.plain_day(day)


@register.filter
def at(local: datetime) -> str:
    """10:30am on Monday 23 November."""
    return when.at(local)


@register.filter
def short_session_time(start: datetime, end: datetime) -> str:
    """Mon 23 November, 10am to 1pm."""
    return when.short_session_time(start, end)
