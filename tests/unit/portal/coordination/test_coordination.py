"""The care coordinator's desk: the day, the register, bookings by phone, changes of sessions, one booking."""

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from pytest_django import Settings

from payments.domain.checkout import open_checkout
from payments.domain.intent_sync import apply_intent
from payments.domain.refunds.quote import signed
from payments.domain.session_changes import process_session_changes
from payments.models import OfflineReceipt, Payment
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Booking, Session, SessionChange
from portal.caregivers.models import CareRecipient
from portal.common import clock
from portal.coordination.queries import sessions_on
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from tests.factories import (
    BookingFactory,
    CareRecipientFactory,
    ServiceFactory,
    SessionFactory,
    UserFactory,
)
from tests.fakes import FakeGateway
from tests.sign_in import authenticated

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


def staff_with(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend=BACKEND)
    authenticated(client, user)
    client.user = user  # type: ignore[attr-defined]
    return client


@pytest.fixture
def coordinator(db: None) -> Client:
    return staff_with(Role.COORDINATOR)


@pytest.fixture
def confirmed(booking: Booking, stripe: FakeGateway) -> Booking:
    payment = open_checkout(booking).payment
    cause = Cause(Actor.stripe("evt_1"), Source.WEBHOOK, clock.now(), "evt_1")
    apply_intent(stripe.pay(str(payment.intent_id)), cause)
    return Booking.objects.get(pk=booking.pk)


@pytest.fixture
def begun(confirmed: Booking) -> Booking:
    Session.objects.filter(pk=confirmed.session_id).update(starts_at=clock.now() - timedelta(minutes=5))
    return Booking.objects.get(pk=confirmed.pk)


def said(reply: Any) -> str:
    """The page's text, one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.content.decode()))


class TestDay:
    """/admin/desk/"""

    def test_shows_sessions_by_the_days_of_their_own_time_zone(self) -> None:
        auckland = ServiceFactory(time_zone="Pacific/Auckland")
        late = SessionFactory(service=auckland, starts_at=datetime(2027, 1, 4, 22, tzinfo=UTC))  # the 5th there
        london = SessionFactory(starts_at=datetime(2027, 1, 5, 23, 30, tzinfo=UTC))
        SessionFactory(starts_at=datetime(2027, 1, 6, 0, 30, tzinfo=UTC))
        assert sessions_on(datetime(2027, 1, 5).date()) == [late, london]

    def test_leads_to_each_register(self, coordinator: Client, session: Session) -> None:
        day = session.starts_local.date()
        page = coordinator.get(f"/admin/desk/?day={day}").content.decode()
        assert f'href="/admin/desk/sessions/{session.pk}/"' in page
        assert "0 of 4" in page

    @pytest.mark.parametrize("day", ["", "tomorrow", "2026-13-40", "0001-01-01", "9999-12-31", "<script>"])
    def test_nonsense_is_today(self, coordinator: Client, day: str) -> None:
        reply = coordinator.get("/admin/desk/", {"day": day})
        assert reply.status_code == 200
        assert reply.context["day"] == clock.reporting_day(clock.now())


class TestRegister:
    """/admin/desk/sessions/<id>/"""

    def post(self, client: Client, booking: Booking, mark: str, seen: str = "confirmed") -> str:
        fields = {f"mark-{booking.pk}": mark, f"seen-{booking.pk}": seen}
        return said(client.post(f"/admin/desk/sessions/{booking.session_id}/", fields, follow=True))

    def test_marks_and_says_so(self, coordinator: Client, begun: Booking) -> None:
        assert "1 person updated." in self.post(coordinator, begun, "completed")
        assert "1 person updated." in self.post(coordinator, begun, "no_show", seen="completed")
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.NO_SHOW
        by = AuditEvent.objects.filter(data__reason="attendance").values_list("actor_id", "source")
        assert set(by) == {(str(coordinator.user.pk), "staff")}  # type: ignore[attr-defined]

    def test_refuses_a_stale_form_and_names_the_person(self, coordinator: Client, begun: Booking) -> None:
        self.post(coordinator, begun, "completed")
        page = self.post(coordinator, begun, "no_show")
        assert "Rose Okafor: Attendance has changed since you opened this page." in page
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.COMPLETED

    @pytest.mark.parametrize("mark", ["", "cancelled", "expired", "awaiting_deposit", "nonsense"])
    def test_knows_three_marks_only(self, coordinator: Client, begun: Booking, mark: str) -> None:
        assert "Nothing has changed." in self.post(coordinator, begun, mark)
        assert Booking.objects.get(pk=begun.pk).status == BookingStatus.CONFIRMED

    def test_is_closed_before_the_session(self, coordinator: Client, confirmed: Booking) -> None:
        page = coordinator.get(f"/admin/desk/sessions/{confirmed.session_id}/")
        assert "You can mark attendance once the session starts." in said(page)
        assert 'type="radio"' not in page.content.decode()
        assert "You can mark attendance once the session starts." in self.post(coordinator, confirmed, "completed")
        assert Booking.objects.get(pk=confirmed.pk).status == BookingStatus.CONFIRMED

    def test_says_what_is_still_to_pay(self, coordinator: Client, begun: Booking) -> None:
        assert "Balance due: £33.75" in said(coordinator.get(f"/admin/desk/sessions/{begun.session_id}/"))


class TestChangingASession:
    """Cancelling and moving."""

    def test_cancelling_shows_how_far_it_is(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/sessions/{confirmed.session_id}/cancel/"
        assert "1 booking affected." in said(coordinator.get(address))
        page = coordinator.post(address, {"message": "Our carer is ill."}, follow=True)
        assert "0 of 1 booking notified so far." in said(page)
        process_session_changes()
        page = coordinator.get(f"/admin/desk/sessions/{confirmed.session_id}/")
        assert "Everyone has been notified: 1 booking." in said(page)

    def test_a_second_click_is_told_that_it_is_done(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/sessions/{confirmed.session_id}/cancel/"
        coordinator.post(address, {})
        reply = coordinator.post(address, {})
        assert (reply.status_code, SessionChange.objects.count()) == (422, 1)
        assert "This session has already been cancelled." in said(reply)

    def move(self, client: Client, session: Session, **fields: str) -> Any:
        form = {"day": "2027-03-29", "at": "10:00", "message": "", "seen": seen(session), **fields}
        return client.post(f"/admin/desk/sessions/{session.pk}/move/", form)

    def test_moving_takes_the_time_of_the_service(self, coordinator: Client, session: Session) -> None:
        assert self.move(coordinator, session).status_code == 302
        assert Session.objects.get(pk=session.pk).starts_at == datetime(2027, 3, 29, 9, tzinfo=UTC)  # summer time

    def test_moving_onto_another_booking_of_a_person_names_them(self, coordinator: Client, confirmed: Booking) -> None:
        session, noon = confirmed.session, datetime(2027, 3, 29, 11, tzinfo=UTC)
        other = BookingFactory(
            session=SessionFactory(starts_at=noon, ends_at=noon + timedelta(hours=1)),
            care_recipient=confirmed.care_recipient,
        )
        address = f"/admin/desk/sessions/{session.pk}/"
        assert "another booking at the same time" not in said(coordinator.get(address))
        page = coordinator.post(
            f"{address}move/", {"day": "2027-03-29", "at": "10:00", "message": "", "seen": seen(session)}, follow=True
        )
        assert "Some people booked here have another booking at the same time." in said(page)
        assert f'/admin/desk/bookings/{other.pk}/">Rose Okafor: {other.session.service.name}' in page.content.decode()
        assert process_session_changes() == 1
        assert Notification.objects.filter(template="session_moved").count() == 1
        self.move(coordinator, Session.objects.get(pk=session.pk), at="13:00")
        assert "another booking at the same time" not in said(coordinator.get(address))

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({"day": "2027-03-28", "at": "01:30"}, "The clocks go forward that day"),
            ({"day": "2020-01-01"}, "in the future"),
            ({"day": "soon"}, "Enter a valid date"),
            ({"at": "25:00"}, "Enter a valid time"),
            ({"seen": "2026-01-01T00:00:00+0000"}, "This session has changed since"),
            ({"message": "x" * 301}, "at most 300"),
        ],
    )
    def test_what_cannot_be_is_refused(
        self, coordinator: Client, session: Session, fields: dict[str, str], sentence: str
    ) -> None:
        reply = self.move(coordinator, session, **fields)
        assert reply.status_code == 422
        assert sentence in said(reply)
        assert Session.objects.get(pk=session.pk).starts_at == session.starts_at


def seen(session: Session) -> str:
    return session.starts_at.isoformat()


class TestPhone:
    """/admin/desk/phone/"""

    def booking_form(self, session: Session, **fields: Any) -> dict[str, Any]:
        return {"session": session.pk, "token": uuid.uuid4(), "notes": "", **fields}

    def test_somebody_known_is_found_however_they_write_their_address(self, coordinator: Client) -> None:
        person = CareRecipientFactory()
        email = person.caregiver.user.email.upper()
        reply = coordinator.post("/admin/desk/phone/", {"email": f" {email} "})
        assert reply["Location"] == f"/admin/desk/phone/{person.caregiver_id}/"

    def test_somebody_new_is_invited_once_and_chooses_a_password_by_e_mail(
        self, coordinator: Client, client: Client, session: Session
    ) -> None:
        reply = coordinator.post("/admin/desk/phone/", {"email": "new@example.com"})
        assert reply["Location"] == "/admin/desk/phone/new/?email=new%40example.com"
        form = {"email": "New@example.com", "first_name": "Ada", "last_name": "Obi", "phone": "0117 496 0001"}
        first = coordinator.post("/admin/desk/phone/new/", form)
        assert coordinator.post("/admin/desk/phone/new/", form)["Location"] == first["Location"]
        user = User.objects.get(email="new@example.com")
        assert not user.has_usable_password()
        assert [group.name for group in user.groups.all()] == ["Caregiver"]
        assert Notification.objects.filter(template="account_invited", recipient=user).count() == 1

        client.post("/accounts/password/reset/", {"email": "new@example.com"})
        send_waiting()
        link = re.search(r"http://\S+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
        assert link is not None
        form_page = client.get(link[1], follow=True)
        password = "three calm grey herons"
        client.post(form_page.request["PATH_INFO"], {"password1": password, "password2": password})
        reply = client.post("/accounts/login/", {"login": "new@example.com", "password": password})
        assert (reply.status_code, reply["Location"]) == (302, "/dashboard/")  # no second e-mail to confirm

    def test_a_place_is_held_and_the_e_mail_leads_to_sign_in(
        self, coordinator: Client, client: Client, session: Session
    ) -> None:
        person = CareRecipientFactory()
        form = self.booking_form(session, care_recipient=person.pk, hold_minutes="1440", notes="By phone.")
        reply = coordinator.post(f"/admin/desk/phone/{person.caregiver_id}/", form)

        booking = Booking.objects.get(caregiver=person.caregiver)
        assert reply["Location"] == f"/admin/desk/bookings/{booking.pk}/"
        assert (booking.status, booking.care_recipient, booking.notes) == ("awaiting_deposit", person, "By phone.")
        assert booking.hold_expires_at == booking.created_at + timedelta(days=1)
        made = AuditEvent.objects.get(action="booking.made")
        assert (made.actor_id, made.source) == (str(coordinator.user.pk), "staff")  # type: ignore[attr-defined]
        sent = Notification.objects.get(template="pay_link")
        assert sent.context["url"] == f"/deposit/{booking.reference}/"
        assert send_waiting() == 1
        assert client.get(sent.context["url"])["Location"] == f"/accounts/login/?next={sent.context['url']}"

    def test_sent_twice_it_books_once(self, coordinator: Client, session: Session) -> None:
        person = CareRecipientFactory()
        form = self.booking_form(session, full_name="Joy Obi", relationship="her aunt")
        address = f"/admin/desk/phone/{person.caregiver_id}/"
        assert coordinator.post(address, form)["Location"] == coordinator.post(address, form)["Location"]
        assert (Booking.objects.count(), CareRecipient.objects.filter(full_name="Joy Obi").count()) == (1, 1)
        assert Notification.objects.filter(template="pay_link").count() == 1

    def test_sent_again_for_another_session_or_person_it_is_refused(
        self, coordinator: Client, session: Session
    ) -> None:
        person = CareRecipientFactory()
        other = SessionFactory(service=session.service, starts_at=session.starts_at + timedelta(days=1))
        address = f"/admin/desk/phone/{person.caregiver_id}/"
        form = self.booking_form(session, full_name="Joy Obi", relationship="her aunt")
        coordinator.post(address, form)
        someone_else = {**form, "full_name": "", "care_recipient": person.pk}
        for changed in ({**form, "session": other.pk}, {**form, "full_name": "Ben Obi"}, someone_else):
            assert "You’ve already used this form to make a booking, with other details" in said(
                coordinator.post(address, changed)
            )
        assert Booking.objects.get().session == session
        assert not CareRecipient.objects.filter(full_name="Ben Obi").exists()

    def test_sent_again_with_other_notes_before_it_is_paid_it_keeps_them(
        self, coordinator: Client, session: Session
    ) -> None:
        person = CareRecipientFactory()
        form = self.booking_form(session, care_recipient=person.pk)
        for notes in ("Stairs", "No stairs"):
            coordinator.post(f"/admin/desk/phone/{person.caregiver_id}/", {**form, "notes": notes})
        assert Booking.objects.get().notes == "No stairs"

    def test_without_a_deposit_it_is_confirmed_at_once(self, coordinator: Client) -> None:
        person = CareRecipientFactory()
        free = SessionFactory(service=ServiceFactory(deposit_value=0))
        reply = coordinator.post(
            f"/admin/desk/phone/{person.caregiver_id}/",
            self.booking_form(free, care_recipient=person.pk),
            follow=True,
        )
        assert "there’s no deposit to pay" in said(reply)
        assert Booking.objects.get().status == BookingStatus.CONFIRMED
        assert list(Notification.objects.values_list("template", flat=True)) == ["booking_confirmed"]

    def test_a_full_session_is_refused_and_nothing_is_left_behind(self, coordinator: Client, session: Session) -> None:
        person = CareRecipientFactory()
        form = self.booking_form(session, full_name="Joy Obi")
        Session.objects.update(held=4)
        reply = coordinator.post(f"/admin/desk/phone/{person.caregiver_id}/", form)
        assert reply.status_code == 422
        assert not Booking.objects.exists()
        assert not CareRecipient.objects.filter(full_name="Joy Obi").exists()

    @pytest.mark.parametrize(
        ("fields", "sentence"),
        [
            ({}, "Choose a person"),
            ({"full_name": "Joy", "care_recipient": "own"}, "not both"),
            ({"care_recipient": "stranger"}, "Select a valid choice"),
            ({"care_recipient": "own", "session": ""}, "Choose a session."),
            ({"care_recipient": "own", "session": "999999"}, "can’t be booked any more"),
            ({"care_recipient": "own", "hold_minutes": "99999"}, "Select a valid choice"),
        ],
    )
    def test_what_is_missing_or_wrong_is_said(
        self, coordinator: Client, session: Session, fields: dict[str, str], sentence: str
    ) -> None:
        own, stranger = CareRecipientFactory(), CareRecipientFactory()
        people = {"own": own.pk, "stranger": stranger.pk}
        chosen = {name: people.get(value, value) for name, value in fields.items()}
        form = self.booking_form(session) | chosen
        reply = coordinator.post(f"/admin/desk/phone/{own.caregiver_id}/", form)
        assert reply.status_code == 422
        assert sentence in said(reply)
        assert not Booking.objects.exists()

    def test_too_many_unpaid_places_are_refused(self, coordinator: Client, session: Session) -> None:
        person = CareRecipientFactory()
        for days in (8, 9):
            elsewhere = SessionFactory(service=session.service, starts_at=clock.now() + timedelta(days=days))
            BookingFactory(session=elsewhere, care_recipient=person)
        reply = coordinator.post(
            f"/admin/desk/phone/{person.caregiver_id}/", self.booking_form(session, care_recipient=person.pk)
        )
        assert "has reached the limit for unpaid bookings" in said(reply)

    def test_a_person_with_a_place_leads_to_the_booking_they_have(self, coordinator: Client, session: Session) -> None:
        known = BookingFactory(session=session)
        address = f"/admin/desk/phone/{known.caregiver_id}/"
        reply = coordinator.post(address, self.booking_form(session, care_recipient=known.care_recipient_id))
        assert reply["Location"] == f"/admin/desk/bookings/{known.pk}/"
        assert Booking.objects.count() == 1

    def test_an_overlap_is_said_once_and_the_same_button_goes_on(self, coordinator: Client, session: Session) -> None:
        known = BookingFactory(session=SessionFactory(starts_at=session.starts_at + timedelta(hours=1)))
        address = f"/admin/desk/phone/{known.caregiver_id}/"
        typed = self.booking_form(session, care_recipient=known.care_recipient_id)
        asked = coordinator.post(address, typed)
        assert asked.status_code == 422
        assert "already has a booking at this time" in said(asked)
        assert asked.context["form"].data["accepted"] == known.reference
        agreed = {"accepted": known.reference, "accepted_for": session.pk}
        assert coordinator.post(address, {**typed, **agreed}).status_code == 302
        assert Booking.objects.count() == 2

    def test_a_closed_account_is_refused(self, coordinator: Client) -> None:
        person = CareRecipientFactory()
        User.objects.filter(pk=person.caregiver.user_id).update(is_active=False)
        reply = coordinator.post("/admin/desk/phone/", {"email": person.caregiver.user.email})
        assert "This account is closed." in said(reply)
        assert coordinator.get(f"/admin/desk/phone/{person.caregiver_id}/").status_code == 404


class TestBooking:
    """/admin/desk/bookings/<id>/"""

    def test_a_balance_is_entered_and_only_finance_takes_it_back(self, coordinator: Client, confirmed: Booking) -> None:
        home = f"/admin/desk/bookings/{confirmed.pk}/"
        form = {"kind": "cash", "received_on": "2026-01-05", "reference": "slip 7"}
        assert "Payment of £33.75 recorded." in said(coordinator.post(f"{home}balance/", form, follow=True))
        assert "The balance for this booking has already been paid." in said(coordinator.post(f"{home}balance/", form))
        assert "take-back" not in coordinator.get(home).content.decode()
        assert coordinator.post(f"{home}take-back/", {"note": "x"}).status_code == 403

        finance = staff_with(Role.FINANCE)
        assert "Cash, 5 January 2026: slip 7" in said(finance.get(home))
        reply = finance.post(f"{home}take-back/", {"note": "the wrong booking"}, follow=True)
        assert "The balance is due again." in said(reply)
        again = finance.post(f"{home}take-back/", {"note": "the wrong booking"})
        assert (again.status_code, Payment.objects.get(method="offline").status) == (422, "refunded")

    @pytest.mark.parametrize(
        "fields",
        [{"received_on": "2999-01-01"}, {"kind": "bitcoin"}, {"received_on": ""}, {"reference": "x" * 121}],
    )
    def test_a_wrong_entry_is_refused(self, coordinator: Client, confirmed: Booking, fields: dict[str, str]) -> None:
        form = {"kind": "cash", "received_on": "2026-01-05", "reference": ""} | fields
        assert coordinator.post(f"/admin/desk/bookings/{confirmed.pk}/balance/", form).status_code == 422
        assert not OfflineReceipt.objects.exists()

    def test_a_booking_is_moved_after_the_caregivers_own_time(self, coordinator: Client, confirmed: Booking) -> None:
        Session.objects.filter(pk=confirmed.session_id).update(starts_at=clock.now() + timedelta(hours=2))
        target = SessionFactory(service=confirmed.session.service, starts_at=clock.now() + timedelta(days=9))
        form = {"session": target.pk, "from_session": confirmed.session_id}
        coordinator.post(f"/admin/desk/bookings/{confirmed.pk}/move/", form)
        assert Booking.objects.get(pk=confirmed.pk).session_id == target.pk

    def test_a_booking_is_cancelled_by_its_terms(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/bookings/{confirmed.pk}/cancel/"
        assert "£11.25 will be refunded through Stripe." in said(coordinator.get(address))
        assert coordinator.post(address).status_code == 422  # no page of ours said what goes back
        shown = {"quoted": signed(confirmed, 1125)}
        assert "The booking has been cancelled" in said(coordinator.post(address, shown, follow=True))
        assert coordinator.post(address, shown).status_code == 422
        assert Booking.objects.get(pk=confirmed.pk).status == BookingStatus.CANCELLED
        assert Session.objects.get(pk=confirmed.session_id).status == SessionStatus.OPEN

    @pytest.mark.parametrize("part", ["", "balance/", "move/", "cancel/"])
    def test_one_that_is_not_there_is_not_found(self, coordinator: Client, part: str) -> None:
        assert coordinator.get(f"/admin/desk/bookings/999999/{part}").status_code == 404
