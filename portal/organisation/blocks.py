"""What a menu is built from: a page of the site, or an address."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from portal.common.links import validate_link

LONGEST_LABEL = 30
MOST_LINKS = 8


class PageLinkBlock(blocks.StructBlock):
    """Goes when the page is unpublished, and comes back with it."""

    page = blocks.PageChooserBlock(label=_("Page"))
    label = blocks.CharBlock(
        label=_("Text"), max_length=LONGEST_LABEL, required=False, help_text=_("Leave empty to use the page’s title.")
    )

    class Meta:
        icon = "doc-empty"
        label = _("Page")


class AddressBlock(blocks.StructBlock):
    address = blocks.CharBlock(
        label=_("Address"), help_text=_("A path of this site, such as /book/, or a full address.")
    )
    label = blocks.CharBlock(label=_("Text"), max_length=LONGEST_LABEL)

    class Meta:
        icon = "link"
        label = _("Address")

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        try:
            validate_link(cleaned["address"])
        except ValidationError as error:
            raise blocks.StructBlockValidationError(block_errors={"address": error}) from error
        return cleaned


class LinksBlock(blocks.StreamBlock):
    page = PageLinkBlock()
    address = AddressBlock()

    class Meta:
        max_num = MOST_LINKS
