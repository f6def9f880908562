"""A link that somebody types leads to this site, the web, an email or a telephone, and nowhere else."""

import pytest
from wagtail.blocks import StructBlockValidationError

from home.pages.blocks import CallToActionBlock
from portal.common.links import is_link

GOOD = [
    "/", "/book/?service=home-assessment", "https://example.org/a?b=c#d", "HTTP://example.org", "#faq",
    "mailto:hello@example.org", "tel:+441174960000",
]  # fmt: skip
BAD = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "\x01javascript:a",
    "data:text/html,<script>", "vbscript:x", "//evil.example", "/\\evil.example", "/book/\nx", "file:///etc/passwd",
    "blob:https://a/b", "book", "https:///x", "https://", "mailto:", "tel:javascript", "/a b", "ftp://a",
]  # fmt: skip


@pytest.mark.parametrize("address", GOOD)
def test_it_may_lead_there(address: str) -> None:
    assert is_link(address)


@pytest.mark.parametrize("address", BAD)
def test_it_may_not_lead_there(address: str) -> None:
    assert not is_link(address)


def button(address: str) -> dict[str, object]:
    return {"heading": "Book", "text": "", "button_label": "Book", "link_page": None, "link_url": address}


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example"])
def test_an_editors_button_with_such_an_address_is_refused(address: str) -> None:
    block = CallToActionBlock()
    with pytest.raises(StructBlockValidationError) as refused:
        block.clean(block.to_python(button(address)))
    assert list(refused.value.block_errors) == ["link_url"]


def test_one_that_was_saved_before_leads_to_the_home_page() -> None:
    block = CallToActionBlock()
    page = block.render(block.to_python(button("javascript:alert(1)")))
    assert ('href="/"' in page, "javascript" in page) == (True, False)
