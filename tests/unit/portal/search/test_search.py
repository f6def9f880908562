"""Families, bookings and payments are found by whatever a caller says, and only by who may see them."""

import pytest
from django.contrib.auth.models import Group
from djstripe.models import Customer, PaymentIntent
from pytest_django import DjangoAssertNumQueries

from payments.enums import RefundReason
from payments.models import Dispute, Payment, Refund
from payments.search import payments
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.bookings.models import Booking
from portal.bookings.search import bookings
from portal.caregivers.models import Caregiver, CareRecipient
from portal.caregivers.search import families
from portal.common.search import Found, Term
from tests.factories import BookingFactory, CaregiverFactory, CareRecipientFactory, UserFactory

pytestmark = pytest.mark.django_db


def staff(role: Role) -> User:
    user: User = UserFactory(first_name="Staff", last_name="Member")
    user.groups.add(Group.objects.get(name=role.value))
    return user


@pytest.fixture
def coordinator() -> User:
    return staff(Role.COORDINATOR)


@pytest.fixture
def finance() -> User:
    return staff(Role.FINANCE)


@pytest.fixture
def amara() -> Caregiver:
    user = UserFactory(first_name="Amara", last_name="Okafor", email="amara.okafor@example.com")
    caregiver: Caregiver = CaregiverFactory(user=user, phone="+447700900461")
    CareRecipientFactory(caregiver=caregiver, full_name="Rose Adeyemi", emergency_phone="+442079460018")
    CareRecipientFactory(
        caregiver=CaregiverFactory(user=UserFactory(first_name="Ben", last_name="Marsh")), full_name="Tom Marsh"
    )
    return caregiver


@pytest.mark.parametrize(
    "typed",
    [
        "Oka", "okafor", "kafo", "amara", "Amara Okafor", "okafor amara", "Okafro", "Ocafor", "Amara Okofor",
        "07700 900461", "+447700900461", "900461", "amara.okafor@example.com", "AMARA.OKAFOR@EXAMPLE.COM",
        "amara.oka", "Rose", "ade", "rose ade", "Rose Adeyeme", "020 7946 0018",
    ],
)  # fmt: skip
def test_a_family_is_found_by_what_a_caller_says(coordinator: User, amara: Caregiver, typed: str) -> None:
    assert families(Term.of(typed), coordinator) == Found([amara.pk])


@pytest.mark.parametrize("typed", ["", "x", "zzzz", "Staff Member", "07700 900462", "nobody@example.com", "%", "_____"])
def test_nobody_is_found_by_what_fits_no_family(coordinator: User, amara: Caregiver, typed: str) -> None:
    assert families(Term.of(typed), coordinator) == Found([])


def test_whoever_may_not_see_the_people_cared_for_finds_no_family_by_them(finance: User, amara: Caregiver) -> None:
    found = {typed: families(Term.of(typed), finance).keys for typed in ("Okafor", "Rose", "Adeyeme", "020 7946 0018")}
    assert found == {"Okafor": [amara.pk], "Rose": [], "Adeyeme": [], "020 7946 0018": []}


def test_a_code_is_not_taken_for_a_name_that_looks_like_it(coordinator: User, amara: Caregiver) -> None:
    assert families(Term.of("BE36-"), coordinator) == Found([])  # not Ben


def test_names_that_begin_so_come_before_those_that_contain_it(coordinator: User) -> None:
    contains, begins = (
        CaregiverFactory(user=UserFactory(first_name="A", last_name=name)) for name in ("Peterson", "Sonning")
    )
    assert families(Term.of("son"), coordinator).keys == [begins.pk, contains.pk]


def test_a_name_that_staff_alone_have_leads_to_the_family_with_one_much_like_it(
    coordinator: User, amara: Caregiver
) -> None:
    UserFactory(first_name="Staff", last_name="Okafro")
    assert families(Term.of("Okafro"), coordinator) == Found([amara.pk])


def test_what_all_begins_with_the_families_asks_for_them_once(
    coordinator: User, amara: Caregiver, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    term = Term.of("Okafor")
    assert list(Booking.objects.filter(bookings(term, coordinator))) == []
    with django_assert_num_queries(0):
        assert families(term, coordinator, limit=1) == Found([amara.pk])
    assert families(term, staff(Role.FINANCE)) == Found([amara.pk])  # everybody's own answer


def test_too_many_families_are_told_as_such(coordinator: User) -> None:
    for _ in range(3):
        CaregiverFactory()
    assert families(Term.of("Okafor"), coordinator, limit=2).more
    assert not families(Term.of("Okafor"), coordinator, limit=3).more


def test_a_booking_is_found_by_its_reference_or_family(coordinator: User, booking: Booking) -> None:
    BookingFactory(
        care_recipient=CareRecipientFactory(
            full_name="Tom Marsh", caregiver=CaregiverFactory(user=UserFactory(first_name="Ben", last_name="Marsh"))
        )
    )
    reference = booking.reference
    for typed in (reference, reference.lower().replace("-", ""), f"{reference[:5]}", "Okafor", "Rose"):
        assert list(Booking.objects.filter(bookings(Term.of(typed), coordinator))) == [booking], typed


def test_a_payment_is_found_by_stripes_ids_amount_surname_and_booking(
    finance: User, coordinator: User, paid: Payment
) -> None:
    Payment.objects.filter(pk=paid.pk).update(payout_id="po_1", charge_id="ch_1")
    Refund.objects.create(payment=paid, amount=100, reason=RefundReason.GOODWILL, stripe_refund_id="re_1")
    Dispute.objects.create(payment=paid, stripe_dispute_id="dp_1", amount=100, status="needs_response")
    customer = Customer.objects.create(id="cus_1", livemode=False)
    PaymentIntent.objects.create(id=paid.intent_id, customer=customer, livemode=False, stripe_data={})
    typed = [str(paid.intent_id), "ch_1", "re_1", "dp_1", "po_1", "cus_1", "£11.25", "11.25", "Okafor"]
    for text in [*typed, paid.booking.reference]:
        for user in (finance, coordinator):
            assert list(Payment.objects.filter(payments(Term.of(text), user))) == [paid], text
    for text in ("pi_none", "cus_none", "evt_1", "£11.26", "£11.255", "Marsh", ""):
        assert not Payment.objects.filter(payments(Term.of(text), finance)), text
    assert not Payment.objects.filter(payments(Term.of("Rose"), finance))
    assert list(Payment.objects.filter(payments(Term.of("Rose"), coordinator))) == [paid]


@pytest.mark.parametrize("typed", ["00000", "00001", "0 0 0 0 1", "+44 0012"])
def test_zeros_are_part_of_every_number_and_find_nobody(coordinator: User, amara: Caregiver, typed: str) -> None:
    assert families(Term.of(typed), coordinator) == Found([])


def test_an_erased_family_is_not_found(coordinator: User, amara: Caregiver) -> None:
    User.objects.filter(pk=amara.user_id).update(email="1@erased.invalid")
    assert families(Term.of("amara"), coordinator) == Found([])
    CareRecipient.objects.filter(caregiver=amara).update(full_name="Erased")
