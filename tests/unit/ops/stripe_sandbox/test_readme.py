"""The README says what is there: its cards, faults and control addresses are the code's."""

import re
from dataclasses import fields

from ops.stripe_sandbox import cards, control
from ops.stripe_sandbox.faults import ApiFaults, WebhookFaults
from ops.stripe_sandbox.sandbox import Sandbox

from .conftest import ROOT

README = (ROOT / "ops/stripe_sandbox/README.md").read_text()


def test_every_card_of_the_table_is_the_one_it_names() -> None:
    rows = re.findall(r"^\| (\d{4}(?: \d{4}){3}) \| `(\w+)` \|", README, re.MULTILINE)
    assert len(rows) > 20
    for number, name in rows:
        card = cards.by_number(number.replace(" ", ""))
        assert card is not None
        assert card == (cards.by_test_method(name) or cards.by_test_method(f"pm_card_{name}"))


def test_every_fault_is_described() -> None:
    described = set(re.findall(r"^\| `(\w+)`(?:, `(\w+)`)? \| ", README, re.MULTILINE))
    names = {name for pair in described for name in pair if name}
    assert {one.name for part in (WebhookFaults, ApiFaults) for one in fields(part)} <= names


def test_every_control_address_is_described() -> None:
    described = set(re.findall(r"^\| `(GET|POST) ([\w/<>]+)` \|", README, re.MULTILINE))
    routes = {
        (method, route.path.removeprefix("/_control/").replace("{", "<").replace("}", ">"))
        for route in control.routes(Sandbox())
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert described == routes
