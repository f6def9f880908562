"""A family's page: everything about them in one place, changed with an audit trail of what stood there before."""

from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from payments.models import Payment
from portal.accounts import personal_data
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent, AuditValue
from portal.bookings.domain import clearing
from portal.bookings.models import Booking
from portal.caregivers.models import Caregiver, CareRecipient, StaffNote
from portal.common import clock
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import Notification
from tests.factories import BookingFactory, CareRecipientFactory
from tests.pages import Elements
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def rose() -> CareRecipient:
    person: CareRecipient = CareRecipientFactory(care_notes="Likes tea")
    return person


@pytest.fixture
def home(rose: CareRecipient) -> str:
    return f"/admin/desk/families/{rose.caregiver_id}/"


def changes() -> list[tuple[str, str, str]]:
    return list(AuditValue.objects.values_list("field", "old", "new"))


class TestFamily:
    """/admin/desk/families/<id>/"""

    def test_the_page_has_contacts_people_bookings_payments_emails_and_notes(
        self, coordinator: Client, confirmed: Booking
    ) -> None:
        send_waiting()
        family = confirmed.caregiver
        family.staff_notes.create(text="Prefers mornings", author=coordinator.user)  # type: ignore[attr-defined]
        page = said(coordinator.get(f"/admin/desk/families/{family.pk}/"))
        for text in (
            "Amara Okafor", family.user.email, "Rose Okafor", confirmed.reference, "£11.25", "Prefers mornings",
            "is confirmed", "Book by phone",
        ):  # fmt: skip
            assert text in page, text

    def test_a_contact_is_changed_and_the_trail_says_by_whom_and_what_stood_there(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        form = {"first_name": "Amara", "last_name": "Okafor-Bell", "phone": "07911 123456"}
        assert "The contact details have been saved." in said(coordinator.post(f"{home}contact/", form, follow=True))
        family = Caregiver.objects.get(pk=rose.caregiver_id)
        assert (family.user.last_name, str(family.phone)) == ("Okafor-Bell", "+44 7911 123456")
        event = AuditEvent.objects.get(action="caregiver.contact_changed")
        assert (event.actor_id, event.data) == (str(coordinator.user.pk), {"fields": "last_name, phone"})  # type: ignore[attr-defined]
        assert changes() == [("last_name", "Okafor", "Okafor-Bell"), ("phone", "", "+44 7911 123456")]
        page = said(coordinator.get(home))
        assert "Contact details changed Amara Okafor (staff) Last name Before: Okafor After: Okafor-Bell" in page

    def test_saving_without_a_change_writes_nothing(self, coordinator: Client, home: str) -> None:
        form = {"first_name": "Amara", "last_name": "Okafor", "phone": ""}
        assert "Nothing has changed." in said(coordinator.post(f"{home}contact/", form, follow=True))
        assert not AuditEvent.objects.filter(action="caregiver.contact_changed").exists()

    @pytest.mark.parametrize("fields", [{"first_name": ""}, {"phone": "12"}, {"last_name": "x" * 151}])
    def test_a_wrong_contact_is_refused(self, coordinator: Client, home: str, fields: dict[str, str]) -> None:
        form = {"first_name": "Amara", "last_name": "Okafor", "phone": ""} | fields
        assert coordinator.post(f"{home}contact/", form).status_code == 422
        assert changes() == []

    def test_a_care_note_is_changed_and_only_what_was_changed_is_written(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        address = f"{home}people/{rose.pk}/"
        page = coordinator.get(address).content.decode()
        assert "Likes tea" in page
        form = {"full_name": "Rose Okafor", "care_notes": "Likes coffee"}
        coordinator.post(address, form)
        assert CareRecipient.objects.get(pk=rose.pk).care_notes == "Likes coffee"
        assert changes() == [("care_notes", "Likes tea", "Likes coffee")]
        assert "Likes coffee" not in str(AuditEvent.objects.latest("pk").data)

    def test_what_the_caregiver_wrote_while_the_form_was_open_is_kept(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        address = f"{home}people/{rose.pk}/"
        form = Elements(coordinator.get(address).content.decode())
        shown = {str(one["name"]): one.get("value") or "" for one in form.all("input") if one.get("name")}
        assert shown["initial-care_notes"] == "Likes tea"
        CareRecipient.objects.update(care_notes="Diabetic. Likes tea")
        typed = {**shown, "care_notes": "Likes tea", "relationship": "neighbour"}
        assert coordinator.post(address, typed).status_code == 302
        rose.refresh_from_db()
        assert (rose.care_notes, rose.relationship) == ("Diabetic. Likes tea", "neighbour")
        assert changes() == [("relationship", "", "neighbour")]

    @pytest.mark.parametrize("fields", [{"is_superuser": True}, {"role": Role.FINANCE}], ids=["superuser", "finance"])
    def test_a_colleagues_name_and_emails_are_an_administrators(
        self, coordinator: Client, rose: CareRecipient, home: str, fields: dict[str, Any]
    ) -> None:
        user = rose.caregiver.user
        email = Notification.objects.create(template="digest", to=user.email, recipient=user, dedupe_key="digest:1")
        if "role" in fields:
            user.groups.add(Group.objects.get(name=fields["role"].value))
        else:
            User.objects.filter(pk=user.pk).update(**fields)
        page = coordinator.get(home).content.decode()
        shown = [words in page for words in ("Rose Okafor", "Change contact details", "Emails we sent")]
        assert shown == [True, False, False]
        typed = {"first_name": "Somebody", "last_name": "Else", "phone": ""}
        assert coordinator.post(f"{home}contact/", typed).status_code == 403
        assert coordinator.get(f"{home}emails/{email.pk}/").status_code == 403
        assert coordinator.post(f"{home}emails/{email.pk}/", {"token": str(uuid4())}).status_code == 403
        user.refresh_from_db()
        assert user.get_full_name() == "Amara Okafor"

    def test_somebody_of_another_family_is_not_found(self, coordinator: Client, home: str) -> None:
        other = CareRecipientFactory()
        assert coordinator.get(f"{home}people/{other.pk}/").status_code == 404
        note = StaffNote.objects.create(caregiver=other.caregiver, text="x")
        assert coordinator.post(f"{home}notes/{note.pk}/").status_code == 404
        assert StaffNote.objects.filter(pk=note.pk).exists()

    def test_a_person_is_added(self, coordinator: Client, rose: CareRecipient, home: str) -> None:
        assert coordinator.post(f"{home}people/add/", {"full_name": ""}).status_code == 422
        coordinator.post(f"{home}people/add/", {"full_name": "Joe Okafor"})
        assert list(rose.caregiver.care_recipients.values_list("full_name", flat=True)) == ["Joe Okafor", "Rose Okafor"]
        assert AuditEvent.objects.filter(action="person.added").count() == 1

    def test_a_note_is_written_shown_with_its_author_and_removed(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        assert coordinator.post(home, {"text": ""}).status_code == 422
        page = said(coordinator.post(home, {"text": "Rang about Monday"}, follow=True))
        assert "Rang about Monday Amara Okafor," in page
        note = StaffNote.objects.get()
        assert "Rang about Monday" in said(coordinator.get(f"{home}notes/{note.pk}/"))
        coordinator.post(f"{home}notes/{note.pk}/")
        assert not StaffNote.objects.exists()
        assert list(AuditEvent.objects.filter(action__startswith="note.").values_list("action", flat=True)) == [
            "note.removed", "note.added",
        ]  # fmt: skip

    def test_an_administrator_reads_but_does_not_write(self, rose: CareRecipient, home: str) -> None:
        admin = staff_with(Role.ADMINISTRATOR)
        page = admin.get(home)
        assert (page.status_code, "Change contact details" in page.content.decode()) == (200, False)
        assert admin.post(home, {"text": "x"}).status_code == 403
        assert not StaffNote.objects.exists()


class TestEmail:
    """/admin/desk/families/<id>/emails/<id>/"""

    @pytest.fixture
    def email(self, confirmed: Booking) -> Notification:
        send_waiting()
        return Notification.objects.filter(recipient=confirmed.caregiver.user, status="sent").latest("pk")

    def test_an_email_is_read_as_it_was_sent_and_sent_again_once(
        self, coordinator: Client, email: Notification, confirmed: Booking
    ) -> None:
        address = reverse("coordination:email", args=[confirmed.caregiver_id, email.pk])
        page = said(coordinator.get(address))
        assert email.body.split("\n")[0] in page
        assert "Send again" in page
        token = str(uuid4())
        for _ in range(2):
            assert "We’ll send it again to" in said(coordinator.post(address, {"token": token}, follow=True))
        again = Notification.objects.filter(dedupe_key__startswith="resent:")
        assert [(mail.template, mail.context, mail.about) for mail in again] == [
            (email.template, email.context, email.about)
        ]
        assert send_waiting() == 1
        assert AuditEvent.objects.filter(action="email.resent").count() == 2

    def test_what_is_kept_nowhere_is_not_sent_again(
        self, coordinator: Client, email: Notification, confirmed: Booking
    ) -> None:
        Notification.objects.filter(pk=email.pk).update(context={}, body="")
        address = reverse("coordination:email", args=[confirmed.caregiver_id, email.pk])
        assert "Send again" not in said(coordinator.get(address))
        assert "can’t be sent again" in said(coordinator.post(address, {"token": str(uuid4())}, follow=True))
        assert not Notification.objects.filter(dedupe_key__startswith="resent:").exists()

    def test_another_familys_email_is_not_found(self, coordinator: Client, email: Notification) -> None:
        other = CareRecipientFactory().caregiver_id
        assert coordinator.get(reverse("coordination:email", args=[other, email.pk])).status_code == 404


class TestSearch:
    """/admin/desk/search/"""

    def test_each_role_finds_what_it_may_see(self, paid: Payment) -> None:
        found = {
            role: [
                kind
                for kind in ("Families", "Bookings", "Payments")
                if f"found-{kind.lower()}" in staff_with(role).get("/admin/desk/search/?q=okafor").content.decode()
            ]
            for role in (Role.COORDINATOR, Role.FINANCE, Role.MANAGER)
        }
        assert found == {
            Role.COORDINATOR: ["Families", "Bookings", "Payments"],
            Role.FINANCE: ["Bookings", "Payments"],
            Role.MANAGER: ["Bookings", "Payments"],
        }
        assert staff_with(Role.EDITOR).get("/admin/desk/search/").status_code == 403

    def test_the_person_cared_for_is_named_only_to_who_may_see_them(self, coordinator: Client, paid: Payment) -> None:
        for typed in ("rose", paid.booking.reference):
            address = f"/admin/desk/search/?q={typed}"
            assert "Rose Okafor" in said(coordinator.get(address))
            assert "Rose Okafor" not in said(staff_with(Role.FINANCE).get(address))

    def test_an_empty_search_says_what_can_be_typed(self, coordinator: Client) -> None:
        assert "Three letters of a name are enough" in said(coordinator.get("/admin/desk/search/?q=%20"))

    def test_the_box_in_the_menu_leads_here(self, coordinator: Client) -> None:
        assert "/admin/desk/search/" in coordinator.get("/admin/").content.decode()

    @pytest.mark.parametrize("typed", ["<script>", "%00", "a" * 5000, "'; --", "£", "٣", "\\", "100%"])
    def test_nothing_that_is_typed_breaks_it(self, coordinator: Client, typed: str) -> None:
        assert coordinator.get("/admin/desk/search/", {"q": typed}).status_code == 200


class TestErasure:
    """What staff wrote goes with the family."""

    def test_notes_and_old_values_are_in_the_copy_and_go_with_the_account(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        coordinator.post(home, {"text": "Rang on Monday"})
        coordinator.post(f"{home}people/{rose.pk}/", {"full_name": "Rose Okafor", "care_notes": "Likes coffee"})
        user = rose.caregiver.user
        copy = personal_data.export(user)
        assert copy["caregivers"]["notes_by_our_team"][0]["note"] == "Rang on Monday"
        assert [row["before"] for row in copy["audit"] if "before" in row] == ["Likes tea"]
        personal_data.erase(user)
        assert changes() == [("care_notes", "", "")]
        assert not StaffNote.objects.exists()

    def test_old_values_about_somebody_removed_go_with_their_details(
        self, coordinator: Client, rose: CareRecipient, home: str
    ) -> None:
        coordinator.post(f"{home}people/{rose.pk}/", {"full_name": "Rose Okafor", "care_notes": "Likes coffee"})
        CareRecipient.objects.filter(pk=rose.pk).update(removed_at=clock.now())
        clearing.removed_people(clock.now(), 0)
        assert changes() == [("care_notes", "", "")]


def test_a_booking_in_the_list_leads_to_its_page(coordinator: Client) -> None:
    booking = BookingFactory()
    address = reverse("wagtailsnippets_bookings_booking:inspect", args=[booking.pk])
    assert address in coordinator.get("/admin/snippets/bookings/booking/?q=okafor").content.decode()
    assert coordinator.get(address).headers["Location"] == f"/admin/desk/bookings/{booking.pk}/"
    assert coordinator.get(address, follow=True).status_code == 200


def test_bookings_are_taken_away_as_a_spreadsheet(coordinator: Client) -> None:
    booking = BookingFactory()
    reply = coordinator.get("/admin/snippets/bookings/booking/?export=csv")
    head, row = b"".join(reply.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert head == "Reference,Status,Caregiver,Service,Session date,Price,Deposit,Date booked"
    assert row.startswith(f"{booking.reference},Awaiting deposit,Amara Okafor,Respite care")
