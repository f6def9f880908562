"""The demo's pages."""

import pytest
from wagtail.models import Page, Site

from home.models import ContentPage, DepositPage, HomePage, ServicesPage
from ops.demo import content


@pytest.fixture
def home(db: None) -> HomePage:
    """The site's front page with the pages below it, as the demo has them."""
    root = Page.objects.get(depth=1)
    front = root.add_child(instance=HomePage(**{**content.HOME, "slug": "start"}))
    Site.objects.update(root_page=front)
    Site.clear_site_root_paths_cache()
    for model, fields in (
        (ServicesPage, content.SERVICES_PAGE),
        (DepositPage, content.DEPOSIT_PAGE),
        *((ContentPage, fields) for fields in content.CONTENT_PAGES),
    ):
        front.add_child(instance=model(**fields))
    return front


@pytest.fixture
def deposit_page(home: HomePage) -> DepositPage:
    return DepositPage.objects.get()
