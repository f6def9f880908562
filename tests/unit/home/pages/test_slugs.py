"""A page that nobody could reach is refused in the editor."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django.fixtures import Settings
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from home.models import ContentPage, HomePage, ServicePage, ServicesPage
from portal.accounts.roles import Role
from tests.factories import ServiceFactory, UserFactory
from tests.pages import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(settings: Settings, db: None, installed_site: None) -> Client:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    return signed_in(user)


def form(slug: str, **more: Any) -> dict[str, Any]:
    typed = {"title": "Our homes", "slug": slug, "introduction": rich_text("<p>Two.</p>"), "body": streamfield([])}
    return nested_form_data(typed | {"comments": inline_formset([])} | more)


def add(editor: Client, parent: Any, slug: str) -> str:
    return editor.post(f"/admin/pages/add/home/contentpage/{parent.pk}/", form(slug)).content.decode()


@pytest.mark.parametrize("slug", ["book", "people", "admin", "search", "dashboard", "calendar", "healthz"])
def test_an_address_of_the_portal_is_refused(editor: Client, slug: str) -> None:
    home = HomePage.objects.get()
    assert "The portal uses this address itself. Choose another slug." in add(editor, home, slug)
    assert not ContentPage.objects.filter(slug=slug).exists()


def test_any_other_is_taken_and_below_another_page_too(editor: Client) -> None:
    add(editor, HomePage.objects.get(), "our-homes")
    add(editor, ContentPage.objects.get(slug="our-homes"), "book")
    assert ContentPage.objects.filter(slug__in=["our-homes", "book"]).count() == 2


def test_a_page_that_is_there_already_can_still_be_edited(editor: Client) -> None:
    page = HomePage.objects.get().add_child(instance=ContentPage(title="People", slug="people"))
    editor.post(f"/admin/pages/{page.pk}/edit/", form("people", title="Our people"))
    assert ContentPage.objects.get(pk=page.pk).get_latest_revision_as_object().title == "Our people"


def test_a_copy_at_an_address_of_the_portal_is_refused(editor: Client) -> None:
    home = HomePage.objects.get()
    page = home.add_child(instance=ContentPage(title="Our homes", slug="our-homes"))
    copy = {"new_title": "Book", "new_slug": "book", "new_parent_page": home.pk}
    reply = editor.post(f"/admin/pages/{page.pk}/copy/", copy)
    assert "The portal uses this address itself. Choose another slug." in reply.content.decode()
    editor.post(f"/admin/pages/{page.pk}/copy/", copy | {"new_slug": "our-other-homes"})
    assert set(ContentPage.objects.child_of(home).values_list("slug", flat=True)) >= {"our-homes", "our-other-homes"}
    assert not ContentPage.objects.filter(slug="book").exists()


def test_a_services_page_is_not_copied_as_it_has_one(editor: Client) -> None:
    parent = ServicesPage.objects.get()
    page = parent.add_child(instance=ServicePage(title="Respite", slug="respite", service=ServiceFactory()))
    copy = {"new_title": "Respite 2", "new_slug": "respite-2", "new_parent_page": parent.pk}
    reply = editor.post(f"/admin/pages/{page.pk}/copy/", copy)
    assert "A service has one page. Add a page for another service instead." in reply.content.decode()
    assert ServicePage.objects.count() == 1


def test_a_page_is_not_moved_to_an_address_of_the_portal(editor: Client) -> None:
    home = HomePage.objects.get()
    above = home.add_child(instance=ContentPage(title="Our homes", slug="our-homes"))
    below = above.add_child(instance=ContentPage(title="Book", slug="book"))
    reply = editor.post(f"/admin/pages/{below.pk}/move/{home.pk}/confirm/", follow=True)
    assert "The portal uses this address itself. Choose another parent page" in reply.content.decode()
    assert ContentPage.objects.get(pk=below.pk).get_parent().pk == above.pk


def test_nor_are_several_at_once(editor: Client) -> None:
    home = HomePage.objects.get()
    above = home.add_child(instance=ContentPage(title="Our homes", slug="our-homes"))
    pages = [above.add_child(instance=ContentPage(title=slug, slug=slug)) for slug in ("book", "garden")]
    ids = "&".join(f"id={page.pk}" for page in pages)
    sent = {"chooser": home.pk}
    reply = editor.post(f"/admin/bulk/wagtailcore/page/move/?{ids}&next=/admin/pages/", sent, follow=True)
    assert "The portal uses this address itself. Choose another parent page" in reply.content.decode()
    assert above.get_children().count() == 2
    editor.post(f"/admin/bulk/wagtailcore/page/move/?id={pages[1].pk}&next=/admin/pages/", sent)
    assert list(above.get_children().values_list("slug", flat=True)) == ["book"]
