"""The audit trail as staff read it: names for numbers, what stood there before, found by booking and by person."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from payments.models import Payment
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source
from portal.audit.domain import record
from portal.audit.domain.find import about_or_by
from portal.audit.models import AuditEvent
from portal.caregivers.models import CareRecipient
from portal.caregivers.staff_changes import change_contact, change_person
from portal.common.search import Term
from tests.factories import BookingFactory, CaregiverFactory, CareRecipientFactory, UserFactory
from tests.unit.portal.coordination.staff import said, staff_with

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditevent/"


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False


@pytest.fixture
def cause() -> Cause:
    return Cause(Actor.user(UserFactory(first_name="Cora", last_name="Desk")), Source.STAFF)


def test_rows_have_names_and_old_and_new_values(cause: Cause) -> None:
    caregiver = CaregiverFactory()
    change_contact(caregiver, values={"phone": "+447911123456", "last_name": "Bell"}, cause=cause)
    page = said(staff_with(Role.ADMINISTRATOR).get(LIST))
    assert "Caregiver contact changed Caregiver Amara Bell Cora Desk (staff)" in page.replace("  ", " ")
    assert "Last name: Okafor → Bell; Phone: empty → +44 7911 123456" in page


def test_a_change_of_state_says_from_what_to_what(paid: Payment) -> None:
    page = said(staff_with(Role.FINANCE).get(LIST, {"q": paid.booking.reference}))
    assert f"Booking {paid.booking.reference}" in page
    assert "Awaiting deposit → Confirmed" in page
    assert f"Payment £11.25 ({paid.booking.reference})" in page


def test_whoever_may_not_see_people_reads_neither_their_names_nor_their_needs(cause: Cause) -> None:
    rose: CareRecipient = CareRecipientFactory(care_notes="Likes tea")
    change_person(rose, values={"care_notes": "Likes coffee"}, cause=cause)
    event = AuditEvent.objects.get(action="person.changed")
    finance, admin = staff_with(Role.FINANCE), staff_with(Role.ADMINISTRATOR)
    for address in (LIST, f"{LIST}inspect/{event.pk}/", f"{LIST}?q=Rose"):
        page = said(finance.get(address))
        assert "Rose Okafor" not in page
        assert "coffee" not in page
    text = said(admin.get(f"{LIST}inspect/{event.pk}/"))
    assert "Before: Likes tea After: Likes coffee" in text
    exported = b"".join(finance.get(f"{LIST}?export=csv").streaming_content).decode()  # type: ignore[attr-defined]
    assert "coffee" not in exported
    assert "Fields: Care notes" in exported


def test_rows_are_found_by_booking_by_person_and_by_who_acted(cause: Cause, paid: Payment) -> None:
    other = BookingFactory()
    record("user.test", UserFactory(first_name="Zoe", last_name="Zwingli"), cause=cause)
    admin = staff_with(Role.ADMINISTRATOR).user  # type: ignore[attr-defined]

    def found(typed: str) -> set[str]:
        rows = AuditEvent.objects.filter(about_or_by(Term.of(typed), admin))
        return {f"{event.object_type} {event.object_id}" for event in rows}

    mine = {f"bookings.booking {paid.booking_id}", f"payments.payment {paid.pk}"}
    assert found(paid.booking.reference) == mine
    assert found(str(paid.intent_id)) >= {f"payments.payment {paid.pk}"}
    assert f"bookings.booking {other.pk}" in found("okafor")
    assert found("Cora Desk") == found("Zwingli") != set()
    assert found("nobody at all") == set()


def test_rows_about_what_is_no_more_are_still_listed(cause: Cause) -> None:
    rose = CareRecipientFactory()
    AuditEvent.objects.create(
        action="thing.done", object_type="gone.thing", object_id="7", actor_kind="user", actor_id="999999",
        source="staff",
    )  # fmt: skip
    record("person.changed", rose, cause=cause)
    gone = rose.pk
    rose.delete()
    page = said(staff_with(Role.ADMINISTRATOR).get(LIST))
    assert "Thing done gone.thing 7 Deleted account (staff)" in page
    assert f"Person changed Care recipient {gone}" in page


def test_the_list_is_narrowed_by_type_of_record(cause: Cause, paid: Payment) -> None:
    admin = staff_with(Role.ADMINISTRATOR)
    page = said(admin.get(LIST, {"object_type": "payments.payment"}))
    assert "Payment £11.25" in page
    assert "Booking made" not in page


def test_the_list_costs_the_same_however_long(cause: Cause) -> None:
    admin, costs = staff_with(Role.ADMINISTRATOR), []
    for _ in range(3):
        change_contact(CaregiverFactory(), values={"last_name": "Bell"}, cause=cause)
        with CaptureQueriesContext(connection) as queries:
            admin.get(LIST)
        costs.append(len(queries))
    assert costs[1] == costs[2]


def test_the_list_of_users_says_role_second_step_and_last_sign_in() -> None:
    admin: Client = staff_with(Role.ADMINISTRATOR)
    page = said(admin.get("/admin/users/"))
    for heading in ("Roles", "Second step", "Account open", "Last sign-in"):
        assert heading in page, heading
    assert "Administrator" in page
