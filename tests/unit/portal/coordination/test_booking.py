"""One booking, as coordinators see and change it."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client

from payments.domain.pay_links import issue
from payments.domain.refunds.quote import quote, signed
from payments.domain.release import request_release
from payments.models import OfflineReceipt, Payment
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus, SessionStatus
from portal.bookings.models import Answer, Booking, Feedback, Question, Session, SessionChange
from portal.caregivers.models import CareRecipient
from portal.common import clock
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from tests.factories import SessionFactory
from tests.fakes import FakeGateway
from tests.ledger import cause
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db


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

    def test_a_new_payment_link_is_sent_and_the_old_one_stops(
        self, coordinator: Client, booking: Booking, stripe: FakeGateway
    ) -> None:
        old = f"/pay/{issue(booking)}/"
        assert Client().get(old).status_code == 200
        home = f"/admin/desk/bookings/{booking.pk}/"
        assert f"{home}pay-link/" in coordinator.get(home).content.decode()
        assert booking.caregiver.user.email in said(coordinator.get(f"{home}pay-link/"))
        assert "We’ve sent a new payment link" in said(coordinator.post(f"{home}pay-link/", follow=True))
        assert Client().get(old).status_code == 404
        sent = AuditEvent.objects.get(action="booking.pay_link_sent")
        assert (sent.actor_id, sent.source) == (str(coordinator.user.pk), "staff")  # type: ignore[attr-defined]
        send_waiting()
        (new,) = re.findall(r"http://\S+(/pay/\S+)", str(mail.outbox[-1].body))
        assert Client().get(new).status_code == 200

    def test_no_link_is_sent_once_nothing_is_to_be_paid(self, coordinator: Client, confirmed: Booking) -> None:
        home = f"/admin/desk/bookings/{confirmed.pk}/"
        assert "pay-link" not in coordinator.get(home).content.decode()
        assert "There’s no deposit left to pay" in said(coordinator.post(f"{home}pay-link/"))
        assert not Notification.objects.filter(template="pay_link").exists()

    def test_finance_sends_no_link(self, booking: Booking) -> None:
        assert staff_with(Role.FINANCE).post(f"/admin/desk/bookings/{booking.pk}/pay-link/").status_code == 403

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


class TestForTheVisit:
    """What coordinators are told of the person, on the same page."""

    def test_address_contact_needs_notes_and_answers_are_there(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/bookings/{confirmed.pk}/"
        assert "The caregiver hasn’t given an address" in said(coordinator.get(address))
        service, person = confirmed.session.service, confirmed.care_recipient
        service.at_home = True
        service.save()
        told = {"address_line_1": "12 Orchard Lane", "town": "Bristol", "access_needs": "Key safe",
                "emergency_name": "Ruth", "emergency_phone": "0117 496 0001"}  # fmt: skip
        CareRecipient.objects.filter(pk=person.pk).update(**told, care_notes="Diabetic")
        Booking.objects.update(notes="Likes tea")
        question = Question.objects.create(service=service, label="Any pets?", kind="yes_no")
        Answer.objects.create(question=question, care_recipient=person, value="no")
        shown = said(coordinator.get(address))
        words = (
            "Likes tea",
            "Diabetic",
            "12 Orchard Lane Bristol",
            "Ruth, +44 117 496 0001",
            "Key safe",
            "Any pets? No",
        )
        assert [word for word in words if word not in shown] == []

    def test_finance_is_told_nothing_of_it(self, confirmed: Booking) -> None:
        CareRecipient.objects.update(access_needs="Key safe")
        Booking.objects.update(notes="Likes tea")
        Feedback.objects.create(booking=confirmed, rating=4, would_book_again=True, comment="Rose was calm")
        address = f"/admin/desk/bookings/{confirmed.pk}/"
        shown = said(staff_with(Role.FINANCE).get(address))
        private = ("Key safe", "Likes tea", "For the visit", "Rose Okafor", "Rose was calm")
        assert [words for words in private if words in shown] == []
        assert "Rose was calm" in said(staff_with(Role.COORDINATOR).get(address))


class TestHoldingLonger:
    """/admin/desk/bookings/<id>/hold/"""

    def test_a_place_is_held_as_long_as_staff_say_and_as_often(self, coordinator: Client, booking: Booking) -> None:
        address = f"/admin/desk/bookings/{booking.pk}/hold/"
        assert "The place is now held until" in said(coordinator.post(address, {"minutes": "1440"}, follow=True))
        coordinator.post(address, {"minutes": "2880"})
        booking.refresh_from_db()
        assert booking.hold_expires_at is not None
        assert timedelta(hours=47) < booking.hold_expires_at - clock.now() <= timedelta(hours=48)
        assert booking.can_extend_hold  # the caregiver's own more time is still theirs
        assert AuditEvent.objects.filter(action="booking.hold_extended").count() == 2

    def test_it_ends_at_the_latest_when_the_session_starts(self, coordinator: Client, booking: Booking) -> None:
        Session.objects.update(starts_at=clock.now() + timedelta(hours=5), ends_at=clock.now() + timedelta(hours=8))
        coordinator.post(f"/admin/desk/bookings/{booking.pk}/hold/", {"minutes": "1440"})
        booking.refresh_from_db()
        assert booking.hold_expires_at == Session.objects.get().starts_at

    @pytest.mark.parametrize("minutes", ["5", "", "a", "120"])
    def test_no_hold_is_shortened_or_held_otherwise(self, coordinator: Client, booking: Booking, minutes: str) -> None:
        held_until = clock.now() + timedelta(days=2)
        Booking.objects.update(hold_expires_at=held_until)
        assert coordinator.post(f"/admin/desk/bookings/{booking.pk}/hold/", {"minutes": minutes}).status_code == 422
        booking.refresh_from_db()
        assert booking.hold_expires_at == held_until

    def test_one_that_is_over_does_not_begin_again(self, coordinator: Client, booking: Booking) -> None:
        Booking.objects.update(hold_expires_at=clock.now() - timedelta(seconds=1))
        assert coordinator.post(f"/admin/desk/bookings/{booking.pk}/hold/", {"minutes": "1440"}).status_code == 422

    def test_one_that_is_being_cancelled_is_not_held_longer(self, coordinator: Client, booking: Booking) -> None:
        request_release(booking.pk, to=BookingStatus.CANCELLED, cause=cause())
        assert coordinator.post(f"/admin/desk/bookings/{booking.pk}/hold/", {"minutes": "1440"}).status_code == 422
        assert not AuditEvent.objects.filter(action="booking.hold_extended").exists()


class TestWaivingTheTerms:
    """/admin/desk/bookings/<id>/waive/"""

    def test_the_family_then_cancels_with_a_full_refund(self, coordinator: Client, confirmed: Booking) -> None:
        Booking.objects.update(policy=[])  # nothing would be refunded
        address = f"/admin/desk/bookings/{confirmed.pk}/"
        coordinator.post(f"{address}waive/", {"reason": "bereavement"})
        assert "Terms waived: cancelling before the session refunds everything" in said(coordinator.get(address))
        confirmed.refresh_from_db()
        assert quote(confirmed).amount == confirmed.deposit_amount
        event = AuditEvent.objects.get(action="booking.terms_waived")
        assert event.data["reason"] == "bereavement"

    def test_it_wants_a_reason_of_the_list(self, coordinator: Client, confirmed: Booking) -> None:
        for reason in ("", "because"):
            reply = coordinator.post(f"/admin/desk/bookings/{confirmed.pk}/waive/", {"reason": reason})
            assert reply.status_code == 422
        confirmed.refresh_from_db()
        assert confirmed.terms_waived_at is None

    def test_twice_is_once(self, coordinator: Client, confirmed: Booking) -> None:
        address = f"/admin/desk/bookings/{confirmed.pk}/waive/"
        coordinator.post(address, {"reason": "illness"})
        reply = coordinator.post(address, {"reason": "goodwill"})
        assert (reply.status_code, "already been waived" in said(reply)) == (422, True)
        assert AuditEvent.objects.filter(action="booking.terms_waived").count() == 1

    def test_a_session_that_is_being_moved_tells_the_family_first(
        self, coordinator: Client, confirmed: Booking
    ) -> None:
        SessionChange.objects.create(session=confirmed.session, kind="moved", actor_kind="user", actor_id="1")
        reply = coordinator.post(f"/admin/desk/bookings/{confirmed.pk}/waive/", {"reason": "illness"})
        assert "This session is being changed. Try again in a minute." in said(reply)

    def test_nothing_is_waived_once_the_session_has_started(self, coordinator: Client, confirmed: Booking) -> None:
        Session.objects.update(starts_at=clock.now() - timedelta(hours=1))
        reply = coordinator.post(f"/admin/desk/bookings/{confirmed.pk}/waive/", {"reason": "illness"})
        assert reply.status_code == 422
