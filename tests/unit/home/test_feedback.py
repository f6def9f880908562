"""How a session was: asked for once by email, given once, changed for two weeks, seen by staff."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from portal.accounts.roles import Role
from portal.bookings.domain.feedback import ask_for_feedback
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Feedback, Session
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory
from tests.pages import signed_in, squeezed
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db
GOOD = {"rating": "4", "would_book_again": "yes", "comment": "Lovely <b>carers</b>"}


@pytest.fixture
def attended() -> Booking:
    """The session ended yesterday at noon."""
    booking: Booking = BookingFactory()
    noon = clock.now().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
    Session.objects.filter(pk=booking.session_id).update(starts_at=noon - timedelta(hours=3), ends_at=noon)
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.COMPLETED)
    return Booking.objects.with_details().get(pk=booking.pk)


@pytest.fixture
def own(attended: Booking) -> Client:
    return signed_in(attended.caregiver.user)


def path(booking: Booking, page: str = "feedback/") -> str:
    return f"/bookings/{booking.reference}/{page}"


def test_the_booking_asks_for_it_and_offers_to_book_again(own: Client, attended: Booking) -> None:
    shown = squeezed(own.get(path(attended, "")).content.decode())
    assert f'<a href="{path(attended)}">Answer three short questions</a>' in shown
    assert f'href="/book/?again={attended.reference}">Book again</a>' in shown


def test_it_is_given_once_and_changed_for_two_weeks(own: Client, attended: Booking) -> None:
    assert own.post(path(attended), GOOD)["Location"] == path(attended, "")
    given = Feedback.objects.get()
    assert (given.rating, given.would_book_again, given.comment) == (4, True, "Lovely <b>carers</b>")
    assert "Lovely &lt;b&gt;carers&lt;/b&gt;" in own.get(path(attended, "")).content.decode()
    assert "checked" in own.get(path(attended)).content.decode()
    own.post(path(attended), {**GOOD, "rating": "1", "would_book_again": "no"})
    given = Feedback.objects.get()
    assert (given.rating, given.would_book_again, given.created_at < given.changed_at) == (1, False, True)
    Feedback.objects.update(created_at=clock.now() - timedelta(days=14))
    assert own.post(path(attended), GOOD).status_code == 302
    assert Feedback.objects.get().rating == 1
    assert "Change your feedback" not in own.get(path(attended, "")).content.decode()


@pytest.mark.parametrize("wrong", [{"rating": ""}, {"rating": "6"}, {"would_book_again": ""}, {"comment": "x" * 2001}])
def test_bad_answers_are_refused_and_kept(own: Client, attended: Booking, wrong: dict[str, str]) -> None:
    reply = own.post(path(attended), {**GOOD, **wrong})
    assert (reply.status_code, Feedback.objects.count()) == (422, 0)
    assert (wrong.get("comment") or "Lovely") in reply.content.decode()


@pytest.mark.parametrize("status", sorted({*BookingStatus} - {BookingStatus.COMPLETED}))
def test_only_who_was_there_is_asked(own: Client, attended: Booking, status: str) -> None:
    Booking.objects.update(status=status)
    assert own.post(path(attended), GOOD).status_code == 302
    assert (Feedback.objects.count(), ask_for_feedback()) == (0, 0)
    assert "three short questions" not in own.get(path(attended, "")).content.decode()


def test_the_email_goes_once_from_ten_the_day_after(attended: Booking) -> None:
    ended = attended.session.ends_local
    nine, ten = (ended + timedelta(days=1) + timedelta(hours=hours) for hours in (-2.5, -1.5))
    for moment, sent in ((ended, 0), (nine, 0), (ten, 1), (ten + timedelta(days=1), 0)):
        with time_machine.travel(moment):
            assert ask_for_feedback() == sent
    [mail] = Notification.objects.filter(template="feedback_invited")
    assert (mail.recipient, mail.context["url"]) == (attended.caregiver.user, path(attended))


def test_attendance_marked_late_still_asks_but_not_after_a_week(attended: Booking) -> None:
    with time_machine.travel(attended.session.ends_at + timedelta(days=7, minutes=1)):
        assert ask_for_feedback() == 0
    with time_machine.travel(attended.session.ends_at + timedelta(days=6, hours=23)):
        assert ask_for_feedback() == 1


def test_who_has_answered_is_not_asked(own: Client, attended: Booking) -> None:
    own.post(path(attended), GOOD)
    with time_machine.travel(attended.session.ends_at + timedelta(days=2)):
        assert ask_for_feedback() == 0


def test_staff_see_it_on_the_booking(own: Client, attended: Booking, settings: object) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False  # type: ignore[attr-defined]
    own.post(path(attended), GOOD)
    shown = said(staff_with(Role.COORDINATOR).get(f"/admin/desk/bookings/{attended.pk}/"))
    assert "How it was Good Would book again Yes Comment Lovely &lt;b&gt;carers&lt;/b&gt;" in shown
