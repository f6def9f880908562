"""While something is open, finance reads about it every morning; otherwise nobody is written to."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail

from payments.domain.discrepancies import close, record_discrepancy
from payments.domain.reconciliation.digest import notify_finance
from payments.enums import FRAUD_TASKS, STRIPE_ALARMS, DiscrepancyKind, DiscrepancyStatus
from payments.models import Discrepancy
from payments.tasks import tell_of_discrepancies
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.celery import app
from portal.common import clock
from portal.notifications.domain.send import send_waiting
from portal.notifications.models import MessageText, Notification
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.RECONCILIATION)


@pytest.fixture(autouse=True)
def people(db: None) -> None:
    for email, role, active in (
        ("finn@example.com", Role.FINANCE, True), ("left@example.com", Role.FINANCE, False),
        ("eddy@example.com", Role.EDITOR, True),
    ):  # fmt: skip
        user = UserFactory(email=email, first_name="Finn", is_active=active)
        user.groups.add(Group.objects.get(name=role.value))


def found(kind: DiscrepancyKind, stripe_id: str, amount: int, currency: str = "GBP") -> Discrepancy:
    return record_discrepancy(
        kind, stripe_object_id=stripe_id, cause=Cause(BY, Source.RECONCILIATION), amount=amount, currency=currency
    )


def letters() -> list[Notification]:
    return list(Notification.objects.filter(template="discrepancies_open").order_by("pk"))


def test_finance_reads_how_many_of_which_kind_for_how_long_and_how_much() -> None:
    found(DiscrepancyKind.STATUS_DIFFERS, "pi_1", 1125)
    with time_machine.travel(clock.now() + timedelta(days=2, hours=1)):
        found(DiscrepancyKind.UNKNOWN_CHARGE, "pi_2", 700)
        found(DiscrepancyKind.UNKNOWN_CHARGE, "pi_3", 500, "EUR")
        assert notify_finance() == 3
    (letter,) = letters()
    assert letter.to == "finn@example.com"
    assert letter.context == {
        "name": "Finn", "summary": "3 open differences between our ledger and Stripe", "count": "3 differences",
        "oldest": "The oldest has been open for 2 days.", "age": "2 days", "are": "are", "at_stake": "€5.00, £18.25",
        "kinds": "Status differs: 1; Unmatched Stripe charge: 2", "url": "/admin/reconciliation/",
    }  # fmt: skip


@pytest.mark.parametrize("kind", sorted(FRAUD_TASKS | STRIPE_ALARMS))
def test_what_is_no_difference_has_its_own_mail(kind: DiscrepancyKind) -> None:
    found(kind, "id_1", 1125)
    assert (notify_finance(), letters()) == (0, [])


def test_one_difference_is_spoken_of_as_one() -> None:
    found(DiscrepancyKind.FEE_MISSING, "ch_1", 0)
    notify_finance()
    assert {key: letters()[0].context[key] for key in ("summary", "oldest", "at_stake")} == {
        "summary": "1 open difference between our ledger and Stripe",
        "oldest": "The oldest has been open for less than a day.", "at_stake": "none",
    }  # fmt: skip


def test_wording_kept_from_an_earlier_release_has_its_placeholders_filled() -> None:
    kept = "{count} between our ledger and Stripe {are} open. The oldest has waited for {age}."
    MessageText.objects.filter(key="discrepancies_open").update(body=kept)
    found(DiscrepancyKind.FEE_MISSING, "ch_1", 0)
    notify_finance()
    send_waiting()
    expected = "1 difference between our ledger and Stripe is open. The oldest has waited for less than a day."
    assert mail.outbox[0].body.startswith(expected)


def test_it_is_said_once_a_day_until_somebody_decided() -> None:
    one = found(DiscrepancyKind.UNKNOWN_CHARGE, "pi_1", 700)
    assert [tell_of_discrepancies(), tell_of_discrepancies(), len(letters())] == [1, 1, 1]
    with time_machine.travel(clock.now() + timedelta(days=1)):
        tell_of_discrepancies()
        assert [letter.context["age"] for letter in letters()] == ["less than a day", "1 day"]
        close(one, DiscrepancyStatus.IGNORED, "A test card.", cause=Cause(BY, Source.STAFF))
    with time_machine.travel(clock.now() + timedelta(days=2)):
        assert tell_of_discrepancies() == 0
    assert len(letters()) == 2


def test_nothing_open_writes_to_nobody() -> None:
    assert (notify_finance(), letters()) == (0, [])


def test_beat_sends_it_every_morning() -> None:
    entry = app.conf.beat_schedule["tell-of-discrepancies"]
    assert (entry["task"], entry["schedule"].hour, entry["schedule"].minute) == (tell_of_discrepancies.name, {7}, {0})
