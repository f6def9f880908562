"""A booking taken on the phone."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers.models import Caregiver, CareRecipient
from portal.common import clock
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
from tests.unit.portal.coordination.staff import said

pytestmark = pytest.mark.django_db


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
        assert (reply.status_code, reply["Location"]) == (302, "/dashboard/")  # no second email to confirm

    def test_a_place_is_held_and_the_e_mail_leads_to_the_deposit_without_an_account(
        self, coordinator: Client, client: Client, session: Session, stripe: FakeGateway
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
        assert send_waiting() == 1
        (link,) = re.findall(r"http://\S+(/pay/\S+)", str(mail.outbox[-1].body))
        assert "Pay £11.25 deposit" in said(client.get(link))

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

    @pytest.mark.parametrize("address", ["/admin/desk/phone/", "/admin/desk/phone/new/"])
    def test_a_colleague_who_is_no_family_is_not_made_one(self, coordinator: Client, address: str) -> None:
        colleague = UserFactory(email="root@example.com", is_superuser=True)
        typed = {"email": "root@example.com", "first_name": "Some", "last_name": "Body", "phone": ""}
        assert "This is a colleague’s address." in said(coordinator.post(address, typed))
        assert not Caregiver.objects.filter(user=colleague).exists()

    def test_a_closed_account_is_refused(self, coordinator: Client) -> None:
        person = CareRecipientFactory()
        User.objects.filter(pk=person.caregiver.user_id).update(is_active=False)
        reply = coordinator.post("/admin/desk/phone/", {"email": person.caregiver.user.email})
        assert "This account is closed." in said(reply)
        assert coordinator.get(f"/admin/desk/phone/{person.caregiver_id}/").status_code == 404

    def test_the_coordinator_reads_times_price_and_terms_aloud(self, coordinator: Client, session: Session) -> None:
        SessionFactory()
        person = CareRecipientFactory()
        address = f"/admin/desk/phone/{person.caregiver_id}/"
        assert f'href="?service={session.service.slug}"' in coordinator.get(address).content.decode()
        reply = coordinator.get(f"{address}?service={session.service.slug}&session={session.pk}")
        assert "Price and cancellation Price £45.00 Deposit now £11.25 Balance, due before the session £33.75" in said(
            reply
        )
        assert "Free to cancel until" in said(reply)
        assert f'name="session" value="{session.pk}"' in reply.content.decode()

    def test_the_page_costs_the_same_with_a_thousand_sessions(self, coordinator: Client) -> None:
        person, service = CareRecipientFactory(), ServiceFactory()
        address = f"/admin/desk/phone/{person.caregiver_id}/?service={service.slug}"
        start = clock.now() + timedelta(days=1)
        Session.objects.bulk_create(
            Session(service=service, starts_at=at, ends_at=at + timedelta(hours=1), capacity=2)
            for at in (start + timedelta(hours=hour) for hour in range(1000))
        )
        assert coordinator.get(address).content.decode().count('name="session" value=') == 10
