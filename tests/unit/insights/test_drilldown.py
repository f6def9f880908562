"""From a KPI to the rows it counts: each listing is narrowed to exactly the days, and says so."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from insights.admin import drilldown
from insights.admin.chart_builders import Answer, deposits, emails, funnel
from insights.admin.page import page_of
from insights.kpis.filters import Filter
from insights.kpis.results import answer
from insights.rollups.refresh import rebuild
from payments.enums import FunnelStage, PaymentStatus
from payments.models import Payment, PaymentAttempt, ReceivedEvent
from portal.accounts.roles import Role
from portal.notifications.models import Notification
from tests.factories import ServiceFactory, SessionFactory
from tests.unit.insights.history import booked, declined, disputed, paid, refunded
from tests.unit.insights.test_json import signed_in

pytestmark = pytest.mark.django_db
LATE = datetime(2026, 7, 10, 23, 30, tzinfo=UTC)  # half past midnight of the 11th in London
PERIOD = Filter(date(2026, 7, 11), date(2026, 7, 12))


class Everybody:
    """May see everything."""

    def has_perm(self, perm: str) -> bool:
        return True


@pytest.fixture
def admin(settings: Settings) -> Iterator[Client]:
    """Looks at the same things on the 10th, twice on the 11th (once just after midnight in London), and on the 13th."""
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    service = ServiceFactory(slug="theirs")
    for n, at in enumerate((LATE - timedelta(hours=2), LATE, LATE + timedelta(hours=9), LATE + timedelta(days=2))):
        with time_machine.travel(at, tick=False):
            session = SessionFactory(service=service, starts_at=at, ends_at=at + timedelta(hours=2))
            booking = booked(at - timedelta(minutes=9), session)
            declined(booking, at, "expired_card")
            refunded(paid(booking, at), 100, at)
            ReceivedEvent.objects.create(event_id=f"evt_{n}", type="charge.succeeded", livemode=False, created_at=at)
    with time_machine.travel("2026-07-20T12:00:00Z"):
        yield signed_in(Role.ADMINISTRATOR)


def rows(client: Client, address: str) -> int:
    reply = client.get(address)
    assert reply.status_code == 200, f"{address}: a filter that there is not leads back to the whole list"
    context: Any = reply.context
    return context["result_count"] if "result_count" in context else context["paginator"].count


@pytest.mark.parametrize(
    "listing",
    [
        drilldown.BOOKINGS,
        drilldown.ATTENDANCE,
        drilldown.SESSIONS,
        drilldown.PAYMENTS,
        drilldown.DEPOSITS,
        drilldown.REFUNDS,
        drilldown.EVENTS,
    ],
    ids=lambda listing: listing.first,
)
def test_days_of_the_reporting_zone_narrow_a_listing(listing: drilldown.Listing, admin: Client) -> None:
    of_period = listing.of_period(Everybody(), PERIOD)
    of_day = (
        listing.of_day(Everybody(), PERIOD).replace(drilldown.DAY, "2026-07-10").replace(drilldown.NEXT, "2026-07-11")
    )
    assert (rows(admin, of_period), rows(admin, of_day)) == (2, 1)


def test_declined_attempts_are_narrowed_by_reason_and_service(admin: Client) -> None:
    service_id = PaymentAttempt.objects.values_list("payment__booking__session__service_id", flat=True)[0]
    theirs = Filter(PERIOD.first, PERIOD.last, service_id, "theirs")
    expired = drilldown.ATTEMPTS.of_period(Everybody(), theirs, outcome__exact="failed", reason="expired_card")
    others = drilldown.ATTEMPTS.of_period(Everybody(), theirs, outcome__exact="failed", reason="do_not_honor")
    assert (rows(admin, expired), rows(admin, others)) == (2, 0)
    other_service = Filter(PERIOD.first, PERIOD.last, ServiceFactory().pk, "other")
    assert rows(admin, drilldown.DEPOSITS.of_period(Everybody(), other_service)) == 0


def test_a_funnel_stage_leads_to_the_deposits_that_reached_it(admin: Client) -> None:
    only_tried = booked(LATE - timedelta(minutes=9), SessionFactory(starts_at=LATE + timedelta(days=9)))
    declined(only_tried, LATE + timedelta(days=2))
    assert not Payment.objects.filter(create_requested_at__isnull=False).exists()
    tried_again = only_tried.payments.get()
    Payment.objects.filter(pk=tried_again.pk).update(status=PaymentStatus.CANCELLED)
    tried_again.pk, tried_again.intent_id, tried_again.idempotency_key = None, None, "another"
    tried_again.save()
    steps = {key: drilldown.DEPOSITS_BY_STAGE.of_period(Everybody(), PERIOD, reached=key) for key in FunnelStage.values}
    rebuild()
    values = {key: answer(PERIOD)[f"funnel_{key}"].value for key in steps}
    assert values == {"deposit_page": 3, "attempt": 3, "paid": 2, "attended": 0}
    assert {key: rows(admin, address) for key, address in steps.items()} == values
    page = admin.get(steps["paid"]).content.decode()
    assert "date booked from 2026-07-11 to before 2026-07-13" in page
    assert "funnel stage deposit paid" in page


def test_the_steps_before_a_booking_have_no_rows_to_look_at() -> None:
    found = Answer(PERIOD, answer(PERIOD), True, Everybody())
    (chart,) = funnel(found)
    assert [bool(link) for link in chart.links] == [False, False, True, True, True, True]


def test_every_link_of_every_chart_narrows_the_listing_that_it_leads_to(admin: Client) -> None:
    rebuild()
    charts = page_of(Answer(PERIOD, answer(PERIOD), True, Everybody())).charts
    links = {
        link for chart in charts for link in (chart.link, *chart.links, *(line.link for line in chart.lines)) if link
    }
    assert len(links) > 20
    for link in links:
        rows(admin, on_the_11th(link))


def on_the_11th(link: str) -> str:
    return link.replace(drilldown.DAY, "2026-07-11").replace(drilldown.NEXT, "2026-07-12")


def test_refunds_and_disputes_lead_to_their_own_rows_and_not_to_the_day_s_deposits(admin: Client) -> None:
    fee = {"fee_amount": 1500, "settlement_currency": "GBP"}
    disputed(Payment.objects.order_by("pk")[1], LATE + timedelta(hours=1), withdrawn=1025, **fee)  # type: ignore[arg-type]
    rebuild()
    (chart,) = deposits(Answer(PERIOD, answer(PERIOD), True, Everybody()))
    links = {line.name: chart.link if line.link is None else line.link for line in chart.lines}
    assert {name: rows(admin, on_the_11th(link)) for name, link in links.items()} == {
        "Taken": 2, "Refunded": 2, "Disputed": 1, "Dispute fees": 1, "Net": 2,
    }  # fmt: skip
    manager = signed_in(Role.MANAGER).request().wsgi_request.user
    (chart,) = deposits(Answer(PERIOD, answer(PERIOD), True, manager))
    assert [line.link for line in chart.lines] == [None, "", "", "", None], (
        "a manager sees no refunds: no bar leads there"
    )


def test_emails_and_deposits_lead_to_as_many_rows_as_are_drawn(admin: Client) -> None:
    of_day = Notification.objects.filter(created_at__gte=LATE, created_at__lt=LATE + timedelta(hours=23))
    for status, pk in zip(("sent", "failed"), of_day.values_list("pk", flat=True), strict=False):
        Notification.objects.filter(pk=pk).update(status=status)
    rebuild()
    (chart,) = emails(Answer(PERIOD, answer(PERIOD), True, Everybody()))
    drawn = {line.name: line.values[0] for line in chart.lines}
    assert drawn == {"Emails sent": 1, "Emails failed": 1, "Deposits paid": 2}
    assert {line.name: rows(admin, on_the_11th(str(line.link))) for line in chart.lines} == drawn


def test_the_listing_says_which_days_it_shows(admin: Client) -> None:
    page = admin.get(drilldown.DEPOSITS.of_period(Everybody(), PERIOD)).content.decode()
    assert "from 2026-07-11 to before 2026-07-13" in page
    assert admin.get("/admin/payments/payment/?created_at__gte=2026-13-45").status_code == 302
