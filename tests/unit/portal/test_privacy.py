"""Erasure at its edges: who is refused, what a crash leaves, what a replay must not touch."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.core import mail
from django.test import Client
from pytest_django import Settings

from payments import privacy as payments_privacy
from payments.domain.checkout import open_checkout
from payments.enums import OfflineKind
from payments.mirror_erasure import without_person
from payments.models import Dispute, DisputeEvidence, EvidenceFile, OfflineReceipt
from portal.accounts import personal_data
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.caregivers import erasure
from portal.caregivers.models import ErasureRequest
from portal.common import clock
from portal.notifications.models import Notification
from tests.factories import BookingFactory, CareRecipientFactory, UserFactory
from tests.fakes import FakeGateway
from tests.ledger import pay

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def erasures_file(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    return tmp_path / "erasures.jsonl"


def erased(user: User) -> bool:
    user.refresh_from_db()
    return (user.email, user.first_name) == (f"erased-{user.pk}@erased.invalid", "")


def test_every_app_with_tables_says_what_it_keeps() -> None:
    ours = [app for app in apps.get_app_configs() if app.name.startswith(personal_data.OURS)]
    with_tables = {app.label for app in ours if any(app.get_models())} - {
        "common",
        "organisation",
    }  # which keep nothing of anybody
    assert with_tables <= {label for label, _ in personal_data.parts()}


def test_an_upcoming_booking_and_open_money_stand_in_the_way(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    open_checkout(booking)
    user = booking.caregiver.user
    assert personal_data.erasure_blockers(user) == [
        f"Booking {booking.reference} is still ahead. Cancel it first, or ask again after it.",
        "A payment is still open. Wait until it is paid or cancelled.",
    ]
    assert erasure.request_erasure(user) is False
    assert ErasureRequest.objects.count() == 0


def test_staff_are_told_to_ask_an_administrator() -> None:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=Role.FINANCE.value))
    assert erasure.request_erasure(user) is False


def test_who_asked_is_signed_out_and_closed_at_once_then_erased_and_told(client: Client) -> None:
    user = CareRecipientFactory().caregiver.user
    address = user.email
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert erasure.request_erasure(user) is True
    assert client.get("/dashboard/").status_code == 302
    assert erasure.erase_waiting() == 1
    assert erased(user)
    assert [(m.to, m.subject) for m in mail.outbox] == [([address], erasure.LAST_SUBJECT)]
    assert ErasureRequest.objects.get().last_email == ""
    assert set(AuditEvent.objects.values_list("action", flat=True)) == {
        "person.erasure_requested",
        "person.erased",
        "security.roles_changed",
        "security.user_changed",  # the name and the address
    }
    assert erasure.erase_waiting() == 0


def test_a_crash_after_the_erasure_still_tells_them() -> None:
    user = UserFactory()
    erasure.request_erasure(user)
    ErasureRequest.objects.update(erased_at=clock.now(), last_email="somebody@example.com")
    assert erasure.erase_waiting() == 1
    assert [m.to for m in mail.outbox] == [["somebody@example.com"]]


def test_what_opened_after_the_request_is_settled_first() -> None:
    booking = BookingFactory()
    ErasureRequest.objects.create(user_id=booking.caregiver.user_id)
    erasure.erase_waiting()
    request = ErasureRequest.objects.get()
    assert request.erased_at is None
    assert request.due_at > clock.now() + timedelta(minutes=50)


def test_a_replay_does_not_touch_somebody_who_was_given_the_number_anew(erasures_file: Path) -> None:
    user = UserFactory()
    erasures_file.write_text(f'{{"user": {user.pk}, "joined": "2020-01-01T00:00:00+00:00", "at": "2021-01-01"}}\n')
    assert erasure.replay_erasures() == 0
    assert not erased(user)


def test_a_replay_erases_who_came_back_and_may_run_twice() -> None:
    user = UserFactory()
    erasure.request_erasure(user)
    erasure.erase_waiting()
    User.objects.filter(pk=user.pk).update(first_name="Amara", email="back@example.com")
    assert (erasure.replay_erasures(), erasure.replay_erasures()) == (1, 1)
    assert erased(user)


def test_what_staff_wrote_of_a_payment_made_otherwise_is_in_the_copy_and_goes(stripe: FakeGateway) -> None:
    booking = BookingFactory()
    payment = open_checkout(booking).payment
    OfflineReceipt.objects.create(
        payment=payment, kind=OfflineKind.TRANSFER, received_on=date(2026, 11, 20), reference="from Ada, her niece"
    )
    (told,) = personal_data.export(booking.caregiver.user)["payments"]
    assert told["entered_by_hand"] == {
        "paid_by": "Bank transfer", "on": "2026-11-20", "reference": "from Ada, her niece",
    }  # fmt: skip
    personal_data.erase(booking.caregiver.user)
    assert list(OfflineReceipt.objects.values_list("kind", "received_on", "reference")) == [
        ("transfer", date(2026, 11, 20), "")
    ]


def test_what_a_bank_was_told_is_in_the_copy_and_goes(stripe: FakeGateway) -> None:
    payment = pay(BookingFactory(), stripe)
    dispute = Dispute.objects.create(
        payment=payment, stripe_dispute_id="dp_1", amount=1125, status="lost", closed_at=clock.now()
    )
    answer = DisputeEvidence.objects.create(
        dispute=dispute, stage="needs_response", state="submitted", submitted_at=clock.now(), refusal="Amara",
        texts={"product_description": "Care for Amara", "receipt": "kept back"}, released=["product_description"],
    )  # fmt: skip
    EvidenceFile.objects.create(
        evidence=answer, field="receipt", name="Amara.pdf", ending=".pdf", size=5, pages=1, content=b"Amara"
    )
    user = payment.booking.caregiver.user
    (told,) = personal_data.export(user)["payments"]
    assert [sent["words"] for sent in told["told_to_the_bank"]] == [{"product_description": "Care for Amara"}]
    personal_data.erase(user)
    assert list(DisputeEvidence.objects.values_list("texts", "refusal", "released")) == [
        ({}, "", ["product_description"])
    ]
    assert [(bytes(file.content), file.name) for file in EvidenceFile.objects.all()] == [(b"", "")]


def test_what_a_bank_was_told_is_cleared_after_two_years(stripe: FakeGateway) -> None:
    rule = next(rule for rule in payments_privacy.RETENTION if rule.key == "dispute_answers")
    for number, age in enumerate((731, 729)):
        dispute = Dispute.objects.create(
            payment=pay(BookingFactory(), stripe), stripe_dispute_id=f"dp_{number}", amount=1125, status="lost"
        )
        DisputeEvidence.objects.create(
            dispute=dispute, stage="needs_response", texts={"receipt": "Paid"}, created_at=clock.now() - timedelta(age)
        )
    (trim,) = rule.trims
    assert trim(clock.now() - timedelta(days=rule.days or 0), 0).changed == 1
    assert list(DisputeEvidence.objects.order_by("pk").values_list("texts", flat=True)) == [{}, {"receipt": "Paid"}]


def test_an_e_mail_to_somebody_else_about_the_booking_is_blanked_too() -> None:
    booking, other = BookingFactory(), BookingFactory()
    staff = UserFactory()
    Notification.objects.bulk_create(
        Notification(
            template="t", recipient=staff, to=staff.email, subject="Amara Okafor", body="Amara Okafor",
            about=f"booking:{about.pk}", dedupe_key=f"n{about.pk}",
        )
        for about in (booking, other)
    )  # fmt: skip
    personal_data.erase(booking.caregiver.user)
    kept = Notification.objects.filter(recipient=staff).values_list("about", "subject", "body", "to")
    assert set(kept) == {
        (f"booking:{booking.pk}", "", "", "erased@erased.invalid"),
        (f"booking:{other.pk}", "Amara Okafor", "Amara Okafor", staff.email),
    }


def test_stripes_data_keeps_ids_and_amounts_only() -> None:
    told = {
        "id": "ch_1",
        "amount": 1800,
        "billing_details": {"name": "Rose"},
        "refunds": [{"id": "re_1", "email": "x"}],
    }
    assert without_person(told) == {
        "id": "ch_1", "amount": 1800, "billing_details": None, "refunds": [{"id": "re_1", "email": None}],
    }  # fmt: skip
