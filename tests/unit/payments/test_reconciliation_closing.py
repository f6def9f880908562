"""What is open is closed when its cause is repaired, and stays closed where finance has decided."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine

from payments.domain.checkout import open_checkout
from payments.domain.discrepancies import close
from payments.enums import DiscrepancyStatus
from payments.gateway.base import RefundResult
from payments.models import Discrepancy, Payment
from portal.audit.actor import Cause, Source
from portal.common import clock
from tests.factories import BookingFactory
from tests.fakes import FakeGateway
from tests.unit.payments.differences import (
    BY,
    FOR_FINANCE,
    Plant,
    add_refund,
    charged_twice,
    open_kinds,
    opened,
    other_amount,
    paid,
    paid_here_only,
    run,
    stranger,
)

pytestmark = pytest.mark.django_db


def test_a_repaired_cause_closes_its_discrepancy(stripe: FakeGateway) -> None:
    other_amount(stripe)
    run(stripe)
    assert open_kinds() == {"amount_differs": 1}
    stripe.set(str(Payment.objects.get().intent_id), amount=1125, amount_received=1125)
    run(stripe)
    assert Discrepancy.objects.get().status == DiscrepancyStatus.HEALED


def test_a_state_that_the_portal_does_not_know_stays_open(stripe: FakeGateway) -> None:
    intent_id = open_checkout(BookingFactory()).intent.id
    stripe.set(intent_id, status="requires_capture")
    for _ in range(2):
        run(stripe)
        assert open_kinds() == {"status_differs": 1}
    stripe.set(intent_id, status="requires_payment_method")
    run(stripe)
    assert open_kinds() == {}


def give_back(stripe: FakeGateway, intent_id: str) -> None:
    stripe.refunds[f"re_{intent_id}"] = RefundResult(
        id=f"re_{intent_id}", intent_id=intent_id, charge_id="ch_1", status="succeeded", amount=700, currency="GBP",
        created_at=clock.now(), metadata={},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("plant", "intent_id", "kind"),
    [(stranger, "pi_stranger", "unknown_charge"), (charged_twice, "pi_second", "duplicate_charge")],
)
def test_money_that_is_nobodys_stays_open_until_stripe_has_given_it_back(
    stripe: FakeGateway, plant: Plant, intent_id: str, kind: str
) -> None:
    plant(stripe)
    run(stripe)
    with time_machine.travel(clock.now() + timedelta(days=60)):  # long outside every window
        run(stripe)
        assert open_kinds() == {kind: 1}
        give_back(stripe, intent_id)
        run(stripe)
    assert open_kinds() == {}
    assert Discrepancy.objects.get().status == DiscrepancyStatus.HEALED


def test_what_finance_ignored_stays_ignored_until_the_amount_is_another(stripe: FakeGateway) -> None:
    stranger(stripe)
    run(stripe)
    close(Discrepancy.objects.get(), DiscrepancyStatus.IGNORED, "A test card.", cause=Cause(BY, Source.STAFF))
    assert (run(stripe).found, open_kinds()) == ({}, {})
    stripe.set("pi_stranger", amount=900, amount_received=900)
    assert (run(stripe).found, open_kinds()) == ({"unknown_charge": 1}, {"unknown_charge": 1})


def _ignore_the_open_one() -> None:
    found = Discrepancy.objects.get(status=DiscrepancyStatus.OPEN)
    close(found, DiscrepancyStatus.IGNORED, "Agreed with the bank.", cause=Cause(BY, Source.STAFF))


def test_what_finance_ignored_does_not_open_again(stripe: FakeGateway) -> None:
    paid_here_only(stripe)
    run(stripe)
    _ignore_the_open_one()
    assert run(stripe).found == {}
    assert open_kinds() == {}


@pytest.mark.parametrize(("plant", "kind"), FOR_FINANCE)
def test_no_kind_that_finance_ignored_opens_again(stripe: FakeGateway, plant: Plant, kind: str) -> None:
    plant(stripe)
    run(stripe)
    _ignore_the_open_one()
    run(stripe)
    assert open_kinds() == {}


def test_healing_a_refund_does_not_open_an_ignored_one_of_the_same_payment(stripe: FakeGateway) -> None:
    payment = paid(stripe)
    add_refund(stripe, payment, "re_held")
    stripe.refunds["re_held"] = replace(stripe.refunds["re_held"], status="on_hold")
    run(stripe)
    _ignore_the_open_one()
    add_refund(stripe, payment, "re_unheard")
    assert (run(stripe).healed, open_kinds()) == ({"refund_differs": 1}, {})
    stripe.refunds["re_held"] = replace(stripe.refunds["re_held"], amount=200)
    run(stripe)
    assert open_kinds() == {"refund_differs": 1}


def test_a_mode_that_finance_ignored_stays_so_while_its_status_is_open(stripe: FakeGateway) -> None:
    stripe.set(str(stripe.pay(str(opened().intent_id)).id), livemode=True)
    run(stripe)
    assert open_kinds() == {"mode_differs": 1, "status_differs": 1}
    mode = Discrepancy.objects.get(kind="mode_differs")
    close(mode, DiscrepancyStatus.IGNORED, "A restore.", cause=Cause(BY, Source.STAFF))
    run(stripe)
    assert open_kinds() == {"status_differs": 1}


def test_an_amount_that_changed_while_it_was_open_is_the_one_that_is_ignored(stripe: FakeGateway) -> None:
    stranger(stripe)
    run(stripe)
    stripe.set("pi_stranger", amount=900, amount_received=900)
    run(stripe)
    assert Discrepancy.objects.get().amount == 900
    _ignore_the_open_one()
    assert (run(stripe).found, open_kinds()) == ({}, {})


def test_what_finance_ignored_opens_again_when_another_amount_is_at_stake(stripe: FakeGateway) -> None:
    paid_here_only(stripe)
    run(stripe)
    _ignore_the_open_one()
    Discrepancy.objects.update(amount=1)
    run(stripe)
    assert open_kinds() == {"status_differs": 1}
