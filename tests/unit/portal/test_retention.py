"""Every kind of data has an end, the page says the same as the nightly clearing does, and a killed run goes on."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.urls import reverse
from djstripe.models import Customer
from pytest_django import Settings
from wagtail.models import ModelLogEntry

from ops.deploy import backup
from portal.accounts import personal_data
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.models import AuditEvent
from portal.bookings.enums import BookingStatus
from portal.bookings.models import Booking, Session
from portal.caregivers import clearing
from portal.caregivers.models import CareRecipient, ErasureRequest, RetentionProgress
from portal.celery import app
from portal.common import clock, retention
from portal.common.retention import Chunk, Retention
from portal.notifications.models import Notification, NotificationStatus
from tests.factories import BookingFactory, CareRecipientFactory, UserFactory
from tests.services import ROOT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def erasures_file(settings: Settings, tmp_path: Path) -> Path:
    settings.ERASURES_FILE = tmp_path / "erasures.jsonl"
    return tmp_path / "erasures.jsonl"


def cleared(at: datetime | None = None) -> dict[str, int]:
    """What the nightly run changed, by rule."""
    with time_machine.travel(at or clock.now(), tick=False):
        return {key: count for key, count in clearing.clear_old_data().items() if count}


def ago(days: int, seconds: int = 0) -> datetime:
    return clock.now() - timedelta(days=days, seconds=seconds)


def member(*, verified: bool = True, joined: int = 0, signed_in: int | None = None) -> User:
    user: User = UserFactory(date_joined=ago(joined, 60), last_login=None if signed_in is None else ago(signed_in, 60))
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=verified)
    return user


def erased(user: User) -> bool:
    user.refresh_from_db()
    return (user.is_active, user.email) == (False, f"erased-{user.pk}@erased.invalid")


def over(booking: Booking, days: int) -> None:
    """The booking's session was that many days ago."""
    Session.objects.filter(pk=booking.session_id).update(starts_at=ago(days, 7200), ends_at=ago(days, 60))
    Booking.objects.filter(pk=booking.pk).update(status=BookingStatus.COMPLETED)


# --- the rules -------------------------------------------------------------------------------------------------------


def test_every_rule_says_what_why_and_how_long() -> None:
    rules = personal_data.retention()
    assert [rule.key for rule in rules if not (str(rule.what) and str(rule.why) and rule.period)] == []
    assert len({rule.key for rule in rules}) == len(rules)


def test_a_rule_with_a_term_is_carried_out_by_somebody_and_one_without_clears_nothing() -> None:
    rules = personal_data.retention()
    assert [rule.key for rule in rules if (rule.days is not None) != bool(rule.trims or rule.done_by)] == ["sessions"]


@pytest.mark.parametrize(
    ("days", "period"),
    [(1, "1 day"), (14, "14 days"), (365, "12 months"), (730, "24 months"), (2190, "6 years"), (400, "400 days")],
)
def test_a_term_is_said_as_people_say_it(days: int, period: str) -> None:
    assert Retention("key", "what", "why", days).period == period


def test_what_others_carry_out_is_kept_as_long_as_their_own_settings_say() -> None:
    days = {rule.key: rule.days for rule in personal_data.retention()}
    rotated = re.search(r"^\s*rotate (\d+)$", (ROOT / "ops/deploy/logrotate/portal").read_text(), re.MULTILINE)
    journal = re.search(r"^MaxRetentionSec=(\d+)day", (ROOT / "ops/deploy/journald/portal.conf").read_text(), re.M)
    nightly = (ROOT / "ops/deploy/systemd/portal-backup.timer").read_text()
    newest = re.search(r'"--keep", type=int, default=(\d+)', Path(backup.__file__).read_text())
    assert rotated
    assert journal
    assert newest
    assert "OnCalendar=*-*-* 01:20:00" in nightly
    assert (days["server_logs"], days["security_log"], days["backups"]) == tuple(
        int(found[1]) for found in (rotated, journal, newest)
    )


def test_beat_clears_every_night() -> None:
    assert app.conf.beat_schedule["clear-old-data"]["task"] == "portal.caregivers.tasks.clear_old_data"


def test_the_page_shows_every_rule_with_its_term(client: Client) -> None:
    client.force_login(member())
    page = client.get(reverse("caregivers:your_data")).content.decode()
    rows = re.findall(r'<th scope="row">(.*?)</th>\s*<td>(.*?)</td>', page, re.DOTALL)
    assert [period for _, period in rows] == [rule.period for rule in personal_data.retention()]


# --- what they clear -------------------------------------------------------------------------------------------------


def notification(days: int, status: str = NotificationStatus.SENT) -> Notification:
    return Notification.objects.create(
        template="account_invited", to="amara@example.com", subject="Hello", body="Dear Amara", status=status,
        context={"name": "Amara"}, dedupe_key=f"k{days}{status}", created_at=ago(days, 60),
    )  # fmt: skip


def test_words_of_emails_go_after_twelve_months() -> None:
    old, new = notification(365), notification(364)
    assert (cleared(), cleared()) == ({"emails": 1}, {})
    old.refresh_from_db()
    assert (old.to, old.subject, old.body, old.context) == ("erased@erased.invalid", "", "", {})
    assert (old.status, old.dedupe_key) == (NotificationStatus.SENT, "k365sent")
    new.refresh_from_db()
    assert new.body == "Dear Amara"


def test_an_email_that_was_never_sent_is_not_sent_after_twelve_months() -> None:
    waiting = notification(366, NotificationStatus.QUEUED)
    assert cleared() == {"emails": 1}
    waiting.refresh_from_db()
    assert (waiting.status, waiting.body) == (NotificationStatus.FAILED, "")


def test_notes_on_a_booking_go_twelve_months_after_the_session() -> None:
    old, new = BookingFactory(), BookingFactory()
    Booking.objects.update(notes="Likes tea")
    over(old, 365)
    over(new, 364)
    assert (cleared(), cleared()) == ({"booking_notes": 1}, {})
    assert list(Booking.objects.order_by("pk").values_list("notes", flat=True)) == ["", "Likes tea"]


def test_what_was_said_of_a_removed_person_goes_unless_a_booking_is_ahead() -> None:
    gone, ahead, fresh, kept = (CareRecipientFactory(care_notes="Diabetic", relationship="mother") for _ in range(4))
    booking = BookingFactory(caregiver=ahead.caregiver, care_recipient=ahead)
    CareRecipient.objects.filter(pk__in=[gone.pk, ahead.pk]).update(removed_at=ago(30, 60))
    CareRecipient.objects.filter(pk=fresh.pk).update(removed_at=ago(29))
    assert cleared() == {"removed_people": 1}
    notes = dict(CareRecipient.objects.values_list("pk", "care_notes"))
    assert notes == {gone.pk: "", ahead.pk: "Diabetic", fresh.pk: "Diabetic", kept.pk: "Diabetic"}
    over(booking, 1)
    assert cleared() == {"removed_people": 1}


def test_a_sign_up_that_was_never_confirmed_is_erased_after_fourteen_days(erasures_file: Path) -> None:
    old, new, confirmed = member(verified=False, joined=14), member(verified=False, joined=13), member(joined=15)
    staff = member(verified=False, joined=99)
    staff.groups.add(Group.objects.get(name=Role.FINANCE.value))
    booked = BookingFactory().caregiver.user
    User.objects.filter(pk=booked.pk).update(date_joined=ago(99))
    assert (cleared(), cleared()) == ({"unverified_accounts": 1}, {})
    assert [erased(user) for user in (old, new, confirmed, staff, booked)] == [True, False, False, False, False]
    assert [row.erased_at is not None for row in ErasureRequest.objects.all()] == [True]
    assert f'"user": {old.pk},' in erasures_file.read_text()
    event = AuditEvent.objects.get(action="person.erased")
    assert event.data == {"reason": "unverified"}
    assert not Notification.objects.filter(recipient=old).exists()


def test_an_unused_account_is_told_a_month_before_it_is_erased() -> None:
    user = member(joined=900, signed_in=700)
    start = clock.now()
    assert (cleared(start), cleared(start + timedelta(days=29))) == ({}, {})
    [told] = Notification.objects.filter(template="account_unused")
    assert (told.recipient, told.context["url"]) == (user, "/accounts/login/")
    assert (cleared(start + timedelta(days=31)), erased(user)) == ({"unused_accounts": 1}, True)


def test_who_signs_in_after_being_told_keeps_their_account() -> None:
    user = member(joined=900, signed_in=700)
    cleared()
    User.objects.filter(pk=user.pk).update(last_login=clock.now())
    assert (cleared(clock.now() + timedelta(days=60)), erased(user)) == ({}, False)


@pytest.mark.parametrize(
    ("session", "sign_in", "told"), [(2161, 2200, 1), (2200, 2161, 1), (2100, 2200, 0), (2200, 9, 0)]
)
def test_a_caregiver_with_bookings_is_told_after_six_years(session: int, sign_in: int, told: int) -> None:
    booking = BookingFactory()
    over(booking, session)
    User.objects.filter(pk=booking.caregiver.user_id).update(date_joined=ago(3000), last_login=ago(sign_in))
    cleared()
    assert Notification.objects.filter(template="account_unused").count() == told


def test_names_in_the_log_of_staff_go_after_two_years_and_those_of_pages_stay() -> None:
    user = member()
    kinds = (ContentType.objects.get_for_model(User), ContentType.objects.get_for_model(Session))
    for kind in kinds:
        ModelLogEntry.objects.create(
            content_type=kind,
            object_id=str(user.pk),
            label="Amara",
            action="wagtail.edit",
            timestamp=ago(730, 60),
            data={"a": 1},
        )
    assert cleared() == {"staff_log": 1}
    assert list(ModelLogEntry.objects.order_by("pk").values_list("label", "data")) == [
        ("erased", {}),
        ("Amara", {"a": 1}),
    ]


def test_who_paid_goes_from_the_copy_of_stripes_records_after_two_years() -> None:
    data = {"id": "cus_1", "balance": 0, "email": "amara@example.com"}
    Customer.objects.create(id="cus_1", livemode=False, stripe_data=data)
    Customer.objects.update(djstripe_created=ago(730, 60))
    assert (cleared(), cleared()) == ({"stripe_copies": 1}, {})
    assert Customer.objects.get().stripe_data == {"id": "cus_1", "balance": 0, "email": None}


# --- how the run goes ------------------------------------------------------------------------------------------------


def test_a_run_that_is_killed_goes_on_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def trim(limit: datetime, after: int) -> Chunk:
        asked.append(after)
        if len(asked) == 2:
            raise SystemExit
        return Chunk(after + 10, 10) if after < 30 else Chunk(None)

    monkeypatch.setattr(personal_data, "retention", lambda: [Retention("kind", "what", "why", 1, trims=(trim,))])
    with pytest.raises(SystemExit):
        clearing.clear_old_data()
    assert (clearing.clear_old_data(), asked) == ({"kind": 20}, [0, 10, 10, 20, 30])
    assert RetentionProgress.objects.get(key="kind.0").done_to == 30


def test_rows_are_taken_a_chunk_at_a_time_and_no_further_than_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "CHUNK", 2)
    rows = [notification(days) for days in (400, 390, 380, 100, 370)]
    limit = ago(365)
    first = retention.due(Notification.objects.all(), "created_at", limit, 0)
    rest = retention.due(Notification.objects.all(), "created_at", limit, first[-1])
    assert (first, rest) == ([rows[0].pk, rows[1].pk], [rows[2].pk])
