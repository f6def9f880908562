"""What an address and a name may be."""

import pytest
from django.core.exceptions import ValidationError

from portal.accounts.fields import normal_address, validate_name

REFUSED_NAMES = (
    "WIN at http://evil.example",
    "WIN\r\nBcc: all@example.com",
    "evil.example",
    "www evil",
    "Claim-your-prize.com",
    "bit.ly/abc",
    "t.co/abc",
    "evil。example",
    "evil．example",
    "me@example.com",
    "Ama\u202eevil",
    "Ama\x00ra",
    "Ama\u2028ra",
    "Ama\u200bra",
)
TAKEN_NAMES = (
    "Amara",
    "J.R.R. Tolkien",
    "Dr. Smith",
    "O'Connor-Łukasz",
    "St. John",
    "Ngũgĩ",
    "علی\u200cرضا",
    "A.Smith",
    "李",
)
REFUSED_ADDRESSES = (
    "mi\u212ae@example.com",  # Kelvin's K, which becomes k in lower case
    "\uff4dike@example.com",
    "mike@exa\u200bmple.com",
    "mike@bu\u0308cher.example",
    '"mi\tke"@example.com',
    "mike",
    "",
)


@pytest.mark.parametrize("name", REFUSED_NAMES)
def test_a_name_is_no_web_address_and_has_no_hidden_characters(name: str) -> None:
    with pytest.raises(ValidationError):
        validate_name(name)


@pytest.mark.parametrize("name", TAKEN_NAMES)
def test_names_of_people_are_taken(name: str) -> None:
    validate_name(name)


@pytest.mark.parametrize("address", REFUSED_ADDRESSES)
def test_an_address_that_looks_like_another_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        normal_address(address)


def test_an_address_is_stripped_and_in_lower_case() -> None:
    assert normal_address(" Nora.Editor@Example.COM\n") == "nora.editor@example.com"
