"""The demo's pages."""

import pytest
from pytest_django import DjangoDbBlocker
from wagtail.models import Page, Site

from home.models import ContentPage, DepositPage, HomePage, ServicesPage
from ops.demo import content


@pytest.fixture(scope="module")
def demo_pages(module_transaction: None, django_db_blocker: DjangoDbBlocker) -> int:
    """The front page's key."""
    with django_db_blocker.unblock():
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
        return int(front.pk)


@pytest.fixture
def home(db: None, demo_pages: int) -> HomePage:
    """The site's front page with the pages below it, as the demo has them."""
    return HomePage.objects.get(pk=demo_pages)


@pytest.fixture
def deposit_page(home: HomePage) -> DepositPage:
    return DepositPage.objects.get()
