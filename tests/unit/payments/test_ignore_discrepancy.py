"""Finance closes a discrepancy with a reason; nobody else does, and not without one."""

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from payments.domain.discrepancies import close, record_discrepancy
from payments.enums import DiscrepancyKind, DiscrepancyStatus
from payments.models import Discrepancy
from portal.accounts.roles import Role
from portal.audit.actor import Actor, Cause, Source, SystemActor
from portal.audit.models import AuditEvent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BY = Actor.system(SystemActor.RECONCILIATION)
REASON = "Charged in the shop's own terminal, not for a booking."


@pytest.fixture
def found() -> Discrepancy:
    return record_discrepancy(
        DiscrepancyKind.UNKNOWN_CHARGE, stripe_object_id="pi_stranger", cause=Cause(BY, Source.RECONCILIATION),
        amount=1125, currency="GBP",
    )  # fmt: skip


def signed_in(role: Role) -> Client:
    user = UserFactory()
    user.groups.add(Group.objects.get(name=role.value))
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def finance(settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    return signed_in(Role.FINANCE)


def address(found: Discrepancy) -> str:
    return reverse("ignore_discrepancy", args=[found.pk])


def test_the_list_offers_it_for_what_is_open_and_the_page_says_what_is_at_stake(
    finance: Client, found: Discrepancy
) -> None:
    listing = finance.get(reverse("payments_discrepancy_modeladmin_index")).content.decode()
    page = finance.get(address(found)).content.decode()
    assert address(found) in listing
    assert "£11.25 affected" in page


def test_a_reason_closes_it_and_is_audited(finance: Client, found: Discrepancy) -> None:
    finance.post(address(found), {"reason": REASON})
    found.refresh_from_db()
    assert (found.status, found.closing_note) == (DiscrepancyStatus.IGNORED, REASON)
    assert AuditEvent.objects.filter(action="discrepancy.closed", source=Source.STAFF).count() == 1
    assert address(found) not in finance.get(reverse("payments_discrepancy_modeladmin_index")).content.decode()


@pytest.mark.parametrize("reason", ["", "   ", "ok"])
def test_without_a_reason_it_stays_open(finance: Client, found: Discrepancy, reason: str) -> None:
    response = finance.post(address(found), {"reason": reason})
    found.refresh_from_db()
    assert response.status_code == 200
    assert found.status == DiscrepancyStatus.OPEN


def test_what_somebody_closed_meanwhile_keeps_their_reason(finance: Client, found: Discrepancy) -> None:
    close(found, DiscrepancyStatus.HEALED, "Repaired.", cause=Cause(BY, Source.RECONCILIATION))
    finance.post(address(found), {"reason": REASON})
    found.refresh_from_db()
    assert (found.status, found.closing_note) == (DiscrepancyStatus.HEALED, "Repaired.")


def test_another_role_changes_nothing(settings: Settings, found: Discrepancy) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    signed_in(Role.COORDINATOR).post(address(found), {"reason": REASON})
    found.refresh_from_db()
    assert found.status == DiscrepancyStatus.OPEN


def test_one_that_does_not_exist_is_not_found(finance: Client, found: Discrepancy) -> None:
    assert finance.post(reverse("ignore_discrepancy", args=[found.pk + 1]), {"reason": REASON}).status_code == 404
