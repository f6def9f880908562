"""Minor units, exponents and what Stripe charges."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.common.money import EXPONENTS, formatted, major, minor, share, smallest_step, validate_charge

currencies = st.sampled_from(sorted(EXPONENTS))
amounts = st.integers(min_value=0, max_value=10**9)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (1125, "GBP", "£11.25"),
        (500, "JPY", "JP¥500"),
        (1230, "KWD", "KWD1.230"),
        (1234, "RSD", "RSD12.34"),
        (1234, "XXX", "1,234 of the smallest unit of XXX"),
    ],
)
def test_amounts_read_with_stripes_exponents(amount: int, currency: str, shown: str) -> None:
    assert formatted(amount, currency).replace("\xa0", "") == shown


@given(amounts, currencies)
def test_major_and_minor_units_are_inverse(amount: int, currency: str) -> None:
    assert minor(major(amount, currency), currency) == amount


@given(amounts, st.integers(min_value=0, max_value=10_000), currencies)
def test_a_share_is_chargeable_and_never_more_than_a_step_off(amount: int, points: int, currency: str) -> None:
    step = smallest_step(currency)
    part = share(amount, points, currency)
    assert part % step == 0
    assert abs(part - Decimal(amount) * points / 10_000) <= Decimal(step) / 2


@pytest.mark.parametrize(("amount", "currency"), [(-1, "GBP"), (29, "GBP"), (1235, "KWD"), (150, "ISK"), (100, "XXX")])
def test_what_stripe_would_refuse_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(ValidationError):
        validate_charge(amount, currency)


def test_too_many_decimals_are_refused() -> None:
    with pytest.raises(ValidationError):
        minor(Decimal("1.234"), "GBP")
