"""The sheet of screenshots shows every picture with what it is of, and its addresses exist."""

from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from ops.demo.screenshots import VISITORS, _sheet


@pytest.mark.parametrize("address", sorted({address for visitor in VISITORS for address in visitor.addresses}))
def test_each_address_is_routed(address: str) -> None:
    try:
        resolve(address.partition("?")[0])
    except Resolver404:
        pytest.fail(f"{address} is no address of the portal")


def test_the_sheet_names_each_picture() -> None:
    sheet = _sheet([("stranger / phone light", Path("var/home.png")), ("caregiver <x>", Path("var/x.png"))])
    assert '<img src="home.png" loading="lazy" alt="">' in sheet
    assert "<figcaption>stranger / phone light</figcaption>" in sheet
    assert "<figcaption>caregiver &lt;x&gt;</figcaption>" in sheet
