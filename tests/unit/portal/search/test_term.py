"""What was typed into a search box is understood as people mean it."""

from decimal import Decimal

import pytest

from portal.common.search import Term


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("7k3m-9qx2-w4td", "7K3M-9QX2-W4TD"),
        ("7K3M9QX2W4TD", "7K3M-9QX2-W4TD"),
        (" 7k3m-9q ", "7K3M-9Q"),
        ("OIL3-9qx2-w4td", "0113-9QX2-W4TD"),
        ("anna", ""),
        ("Christopher", ""),
        ("7K3M-9QX2-W4TD-AAAA", ""),
    ],
)
def test_a_reference_is_read_in_any_form(typed: str, stored: str) -> None:
    assert Term.of(typed).reference == stored


@pytest.mark.parametrize(
    ("typed", "digits"),
    [
        ("07700 900461", "7700900461"),
        ("+44 7700 900461", "7700900461"),
        ("0044 (0)7700-900461", "7700900461"),
        ("900461", "900461"),
        ("+353 1 234 5678", "12345678"),
        ("£129.50", ""),
        ("1295.50", ""),
        ("12", ""),
        ("Okafor", ""),
    ],
)
def test_a_phone_number_is_read_in_any_form(typed: str, digits: str) -> None:
    assert Term.of(typed).phone_digits == digits


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("£129.50", Decimal("129.50")),
        ("129.50", Decimal("129.50")),
        ("129,50", Decimal("129.50")),
        ("1,250", Decimal(1250)),
        ("£1,295.00", Decimal("1295.00")),
        ("45", Decimal(45)),
        ("07700 900461", None),
        ("pi_129", None),
        ("", None),
    ],
)
def test_an_amount_is_read_in_any_form(typed: str, amount: Decimal | None) -> None:
    assert Term.of(typed).amount == amount


@pytest.mark.parametrize("typed", ["pi_1", "ch_1", "re_1", "po_1", "cus_1", "dp_1", "evt_1Q"])
def test_an_id_of_stripes_is_neither_a_name_nor_a_reference(typed: str) -> None:
    term = Term.of(typed)
    assert (term.stripe_id, term.words, term.reference) == (typed, [], "")


def test_a_long_text_with_control_characters_is_cut_to_one_line() -> None:
    assert Term.of("Rose\x00\n  Okafor" + "x" * 200).text == ("Rose Okafor" + "x" * 200)[:100]
    assert not Term.of(" \n ")
