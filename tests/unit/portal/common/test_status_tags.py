"""States in their tags: in words, in the colour of what they ask, readable in both themes."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from payments.enums import (
    AttemptOutcome,
    DisputeStatus,
    LedgerState,
    MirrorState,
    PaymentStatus,
    RefundStatus,
    RunState,
)
from payments.models import Discrepancy, Payment, Refund
from portal import common
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Session
from portal.common.status_tags import TONES, StatusColumn, Tone, status_tag
from portal.notifications.models import NotificationStatus
from portal.organisation.colours import LEAST, contrast

CSS = (Path(common.__file__).parent / "static/portal/css/admin.css").read_text()
PLAIN = {
    *(BookingStatus.CANCELLED, BookingStatus.EXPIRED, PaymentStatus.CANCELLED, RefundStatus.CANCELLED),
    *(SessionStatus.CANCELLED, LedgerState.IGNORED, LedgerState.UNSUPPORTED, MirrorState.SKIPPED),
}


def test_a_state_is_said_in_words_and_coloured_by_what_it_asks() -> None:
    confirmed = '<span class="w-status portal-tag portal-tag--good">Confirmed</span>'
    assert status_tag(Booking(status="confirmed")) == confirmed
    assert status_tag(Booking(status="expired")) == '<span class="w-status portal-tag">Expired</span>'
    assert StatusColumn().get_value(Booking(status="confirmed")) == confirmed


def test_open_is_good_of_a_session_and_bad_of_a_discrepancy() -> None:
    assert status_tag(Session(status="open")) == '<span class="w-status portal-tag portal-tag--good">Open</span>'
    assert status_tag(Discrepancy(status="open")) == '<span class="w-status portal-tag portal-tag--bad">Open</span>'


def test_other_words_are_escaped() -> None:
    tag = status_tag(Refund(status="failed"), label="<b>Returned</b>")
    assert tag == '<span class="w-status portal-tag portal-tag--bad">&lt;b&gt;Returned&lt;/b&gt;</span>'


def test_a_template_says_it_alike() -> None:
    template = Template("{% load status_tags %}{% status_tag payment %}{% status_tag payment label='Late' %}")
    shown = template.render(Context({"payment": Payment(status="pending")}))
    wait = '<span class="w-status portal-tag portal-tag--wait">'
    assert shown == f"{wait}Waiting for payment</span>{wait}Late</span>"


def test_every_state_of_ours_has_its_colour_or_none_on_purpose() -> None:
    choices = (BookingStatus, SessionStatus, PaymentStatus, RefundStatus, DisputeStatus, AttemptOutcome)
    ours = {state for kind in (*choices, LedgerState, MirrorState, NotificationStatus, RunState) for state in kind}
    assert {state for state in ours if str(state) not in TONES} == PLAIN


@pytest.mark.parametrize("tone", list(Tone))
def test_tags_are_readable_in_both_themes(tone: Tone) -> None:
    words = re.findall(rf"--portal-{tone}: (#[0-9a-f]{{6}});", CSS)
    behind = re.findall(rf"--portal-{tone}-soft: (#[0-9a-f]{{6}});", CSS)
    assert len(words) == len(behind) == 3
    assert words[1:] == [words[1]] * 2  # the dark theme, chosen or the system's
    assert [pair for pair in zip(words, behind, strict=True) if contrast(*pair) < LEAST] == []
