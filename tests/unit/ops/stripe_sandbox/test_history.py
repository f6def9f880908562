"""A history: what happened before the sandbox was started, made by the flows that serve requests."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ops.stripe_sandbox.history import History
from ops.stripe_sandbox.ids import repeatable

from .conftest import client_of, running_sandbox

NOW = datetime.now(UTC)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.sqlite3"


def paid(history: History, at: datetime, amount: int = 2500) -> dict[str, Any]:
    intent = history.create_intent(at, amount, "GBP", metadata={"payment_id": "7"})
    return history.confirm_intent(at + timedelta(minutes=1), intent["id"], "visa")


def test_a_payment_has_its_time_its_fee_and_a_payout(state: Path) -> None:
    history = History(state)
    intent = paid(history, NOW - timedelta(days=90))
    charge = history.charge(intent["latest_charge"])
    assert (intent["status"], charge["created"]) == ("succeeded", intent["created"] + 60)
    assert charge["balance_transaction"]["fee"] == 102
    history.finish(NOW)
    (payout,) = history.box.store["payout"]
    assert (payout["amount"], payout["status"]) == (2398, "paid")
    assert charge["created"] + 2 * 86400 < payout["created"] <= charge["created"] + 3 * 86400


def test_a_decline_a_refund_and_a_dispute_happen_at_their_time(state: Path) -> None:
    history, at = History(state), NOW - timedelta(days=80)
    intent = history.create_intent(at, 2500, "gbp")
    declined = history.confirm_intent(at, intent["id"], "chargeDeclinedExpiredCard")
    assert declined["last_payment_error"]["code"] == "expired_card"
    charge = history.confirm_intent(at, intent["id"], "visa")["latest_charge"]
    refund = history.refund(at + timedelta(days=1), charge, 500, {"refund_id": "3"})
    dispute = history.open_dispute(at + timedelta(days=2), charge, "fraudulent")
    closed = history.close_dispute(at + timedelta(days=9), dispute["id"], "won")
    moved = [(one["amount"], one["created"] - intent["created"]) for one in closed["balance_transactions"]]
    assert refund["created"] - intent["created"] == 86400
    assert moved == [(-2000, 2 * 86400), (2000, 9 * 86400)]


def test_only_the_events_of_thirty_days_are_kept(state: Path) -> None:
    history = History(state)
    paid(history, NOW - timedelta(days=31))
    assert history.events() == []
    young = paid(history, NOW - timedelta(days=29))
    assert {event["data"]["object"]["id"] for event in history.events()} == {young["id"], young["latest_charge"]}


def test_the_same_seed_gives_the_same_names(tmp_path: Path) -> None:
    def names(seed: int) -> str:
        with repeatable(seed):
            return str(paid(History(tmp_path / "state"), NOW)["id"])

    assert names(1) == names(1) != names(2)


def test_the_sandbox_goes_on_from_the_history_and_what_was_there_before_is_gone(state: Path) -> None:
    old, new = History(state), History(state)
    paid(old, NOW - timedelta(days=1))
    old.finish(NOW)
    intent = paid(new, NOW - timedelta(days=1), 900)
    new.finish(NOW)
    with running_sandbox("--state", str(state)) as (url, _):
        assert [one.amount for one in client_of(url).v1.payment_intents.list().data] == [900]
        refund = client_of(url).v1.refunds.create({"payment_intent": intent["id"]})
    assert (refund.status, refund.amount) == ("succeeded", 900)
