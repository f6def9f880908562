"""Every search and every listing reads by index: PostgreSQL's own plans, with some 100,000 families and bookings."""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any, Final

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from payments.models import Payment, Refund
from payments.search import payments, refunds
from portal.accounts.models import User
from portal.accounts.roles import Role
from portal.audit.domain.find import about_or_by
from portal.audit.models import AuditEvent
from portal.bookings.models import Booking
from portal.bookings.search import bookings
from portal.caregivers.search import families
from portal.common.search import Term
from portal.notifications.domain.find import sent_to
from portal.notifications.models import Notification
from tests.factories import UserFactory
from tests.pages import signed_in

pytestmark = [pytest.mark.slow, pytest.mark.quiet, pytest.mark.django_db]
FAMILIES: Final = 100_000
BOOKINGS: Final = 100_000
MOST_READ: Final = 12_000
BIG: Final = {model._meta.db_table for model in (User, Booking, Payment, Refund, AuditEvent, Notification)} | {
    "caregivers_caregiver",
    "caregivers_carerecipient",
    "account_emailaddress",
}
NAMES: Final = [
    "Adeyemi",
    "Okafor",
    "Marsh",
    "Smith",
    "Petrov",
    "Nguyen",
    "Ångström",
    "Delacroix",
    "Fernandez",
    "Whitfield",
]


@pytest.fixture(scope="module", autouse=True)
def filled(module_transaction: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        fill()


@pytest.fixture
def user(settings: Settings) -> User:
    """Somebody with the roles that have listings."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    everything: User = UserFactory()
    everything.groups.set(Group.objects.filter(name__in=[Role.COORDINATOR.value, Role.FINANCE.value]))
    return everything


def fill() -> None:
    """Families with names of real shapes, then bookings with their payments, emails and audit rows."""
    call_command("seed_volume", "--years=1", "--json", f"--bookings={BOOKINGS}", stdout=StringIO(), stderr=StringIO())
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH people AS (INSERT INTO accounts_user (password, is_superuser, first_name, last_name, is_staff,"
            " is_active, date_joined, email) SELECT '!', false, substr(md5(n::text), 1, 6),"
            " (%s::text[])[1 + n %% 10] || substr(md5((-n)::text), 1, 2), false, true, now(),"
            " 'family' || n || '@example.com' FROM generate_series(1, %s) n RETURNING id),"
            " families AS (INSERT INTO caregivers_caregiver (user_id, phone, created_at)"
            " SELECT id, '+44 79' || lpad((id %% 100000000)::text, 8, '0'), now() FROM people RETURNING id)"
            " INSERT INTO caregivers_carerecipient (caregiver_id, full_name, relationship, care_notes, created_at)"
            " SELECT id, 'Rose ' || substr(md5(id::text), 1, 8), '', '', now() FROM families",
            [NAMES, FAMILIES],
        )
        cursor.execute("ANALYZE")


class Plans:
    """Explains each query as it is run, with the settings that it is run with."""

    def __init__(self) -> None:
        self.too_many: list[str] = []

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "set_config" not in sql:
            with connection.cursor() as cursor:  # its own may be one of the server's, which explains nothing
                cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
                [[[plan]]] = cursor.fetchall()
            read = {table: rows for table, rows in rows_read(plan["Plan"]) if table in BIG and rows > MOST_READ}
            if read:
                self.too_many.append(f"{read}, {params}: {sql[:300]} … {sql[-300:]}")
        return execute(sql, params, many, context)


def rows_read(node: dict[str, Any]) -> Iterator[tuple[str, float]]:
    """Each table that a plan reads, with the rows that it looked at, those thrown away too."""
    thrown_away = sum(rows for what, rows in node.items() if what.startswith("Rows Removed"))
    yield str(node.get("Relation Name")), (node["Actual Rows"] + thrown_away) * node["Actual Loops"]
    for part in node.get("Plans", []):
        yield from rows_read(part)


TYPED: Final = (
    "Oka", "okafor", "Ocafor", "Rose", "rose 1f3", "Rose Adeyemi", "zz", "zzzzzz", "Volume", "07900 001234", "1234567",
    "family77@example.com", "family7", "7K3M-9QX2-W4TD", "7k3m9", "£11.25", "129.50", "pi_none", "ch_none", "re_none",
    "po_none", "cus_none", "dp_none", "evt_none",
)  # fmt: skip


def test_no_search_looks_at_more_than_some_thousand_rows(user: User) -> None:
    plans = Plans()
    with connection.execute_wrapper(plans):
        for typed in TYPED:
            term = Term.of(typed)
            families(term, user)
            list(Booking.objects.filter(bookings(term, user)).order_by("-created_at")[:20])
            list(Payment.objects.filter(payments(term, user)).order_by("-created_at")[:20])
            list(Refund.objects.filter(refunds(term, user)).order_by("-created_at")[:20])
            list(Notification.objects.filter(sent_to(term, user)).order_by("-pk")[:20])
            list(AuditEvent.objects.filter(about_or_by(term, user)).order_by("-pk")[:20])
    assert not plans.too_many, "\n".join(plans.too_many)


LISTINGS: Final = (
    "payments/payment", "payments/refund", "payments/dispute", "payments/paymentattempt", "payments/receivedevent",
    "payments/discrepancy", "notifications/notification", "snippets/bookings/booking", "snippets/bookings/session",
    "audit/auditevent", "reconciliation", "webhooks", "",
)  # fmt: skip


def test_no_listing_and_no_home_panel_does_either(user: User) -> None:
    staff, plans = signed_in(user), Plans()
    for listing in LISTINGS:
        address = f"/admin/{listing}/" if listing else "/admin/"
        with connection.execute_wrapper(plans):
            reply = staff.get(address)
        assert (address, reply.status_code) == (address, 200)
    assert not plans.too_many, "\n".join(plans.too_many)
