"""What a page needs to let somebody choose a session: the calendar, radio buttons, the terms of the chosen one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any, Final

from django.db.models import F, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.bookings.domain.policy import refund_steps
from portal.bookings.models import Booking, Service, Session
from portal.bookings.terms import free_to_cancel, terms_of_session
from portal.bookings.time_choice import SESSIONS_LISTED, TimeChoice, TimeChoiceForm, Times, times_of
from portal.common import clock

Pairs = Sequence[tuple[str, str]]
SOON: Final = timedelta(weeks=4)


@dataclass(frozen=True, slots=True)
class SessionOption:
    """One session; `hint`: how many places are left, and until when cancelling is free. `number` is its button's.

    One whose last place the reader holds is not `is_full`: choosing it leads to the booking that is there.
    """

    number: int
    session: Session
    hint: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class SessionGroup:
    """The sessions of one service."""

    service: Service
    options: list[SessionOption]


def choosing(
    service: Service,
    query: QueryDict,
    chosen_id: str,
    *,
    page: str,
    kept: Pairs = (),
    excluding: int | None = None,
    holds: QuerySet[Booking] | None = None,
) -> dict[str, Any]:
    """The context of components/dates.html, session_options.html and chosen_terms.html.

    `query` is the address's, `chosen_id` the session that a form or the address names, `kept` what the calendar's links
    to `page` say besides. The session `excluding` is not offered. `holds` are the reader's unpaid bookings.
    """
    choice = TimeChoice.from_query(query)
    chosen = _session(service, chosen_id)
    if chosen is not None and choice.day is None and choice.month is None:
        choice = replace(choice, day=chosen.starts_local.date())
    kept = [("service", service.slug), *kept]
    times, policy = times_of(service, choice, page=page, kept=kept), service.policy()
    return {
        "times": times,
        "kept": kept,
        "time_form": TimeChoiceForm(query),
        "groups": [_group(times, policy, excluding, holds)],
        "chosen_session": chosen_id,
        "terms": terms_of_session(chosen, policy) if chosen else None,
    }


def _session(service: Service, pk: str) -> Session | None:
    if not pk.isdecimal() or len(pk) > 18:
        return None
    session: Session | None = service.sessions.upcoming().select_related("service").filter(pk=pk).first()
    return session


def _group(
    times: Times, policy: list[dict[str, int]], excluding: int | None, holds: QuerySet[Booking] | None
) -> SessionGroup:
    """Those of the chosen day, or the next free ones."""
    full = [session.pk for session in times.sessions if not session.free]
    held = set(holds.filter(session__in=full).values_list("session", flat=True)) if full and holds is not None else ()
    options = [
        _held(number, session)
        if session.pk in held
        else _option(number, session, free_to_cancel(refund_steps(policy, session.starts_at), session))
        for number, session in enumerate(times.sessions)
        if session.pk != excluding
    ]
    return SessionGroup(times.service, options)


def next_of_each(services: list[Service]) -> list[SessionGroup]:
    """The next free sessions of each service within SOON, for whoever has chosen none yet. One query."""
    soon = Session.objects.bookable().filter(starts_at__lt=clock.now() + SOON)
    place = Window(RowNumber(), partition_by=F("service"), order_by="starts_at")
    sessions = list(soon.annotate(place=place).filter(place__lte=SESSIONS_LISTED).select_related("service"))
    numbers = count()
    return [
        SessionGroup(service, [_option(next(numbers), s) for s in sessions if s.service_id == service.pk])
        for service in services
    ]


def _held(number: int, session: Session) -> SessionOption:
    return SessionOption(number, session, _("We’re holding a place in this session for you."), is_full=False)


def _option(number: int, session: Session, terms: str = "") -> SessionOption:
    if not session.free:
        return SessionOption(number, session, _("Full."), is_full=True)
    places = ngettext("%(places)d place left.", "%(places)d places left.", session.free) % {"places": session.free}
    return SessionOption(number, session, f"{places} {terms}".strip(), is_full=False)
