"""What of a page the site's search reads."""

from typing import Any, Final

from wagtail.models import Page
from wagtail.search import index

TEXT_SEARCH: Final[list[Any]] = [
    *Page.search_fields,
    index.SearchField("introduction"),
    index.SearchField("body"),
]
