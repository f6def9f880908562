"""What editors build pages from."""

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.management import call_command
from pytest_django.fixtures import Settings
from wagtail.documents.models import Document
from wagtail.images.models import Image

from home.models import (
    ContentPage,
    HomePage,
    NewsIndexPage,
    NewsPage,
)
from home.pages.blocks import BodyBlock
from ops.demo import content
from portal.accounts.roles import Role
from portal.media_library.enums import Access, Kind
from tests.factories import MediaItemFactory, UserFactory
from tests.pages import Elements, signed_in
from tests.unit.home.pages.published import live, read, with_body
from tests.unit.portal.uploads.samples import picture

pytestmark = pytest.mark.django_db


def test_a_call_to_action_has_no_button_while_its_page_is_not_published(home: HomePage) -> None:
    hidden = live(home, ContentPage(title="Hidden", slug="hidden"))
    value = {"heading": "Look", "text": "", "button_label": "Go there", "link_page": hidden, "link_url": ""}
    live(home, ContentPage(title="About", slug="about", body=[("call_to_action", value)]))
    assert "Go there" in read("/about/")
    hidden.unpublish()
    assert "Go there" not in read("/about/")


@pytest.mark.parametrize(("access", "visible", "shown"), [
    (Access.PUBLIC, True, True), (Access.SIGNED_IN, True, False), (Access.PUBLIC, False, False),
])  # fmt: skip
def test_an_item_of_the_library_is_shown_while_everybody_may_open_it(
    home: HomePage, access: Access, visible: bool, shown: bool
) -> None:
    item = MediaItemFactory(kind=Kind.IMAGE, alternative_text="Its own", access=access, visible=visible)
    page = with_body(home, ("media", {"item": item, "description": "Here it is a garden", "caption": "May"}))
    found = [image.get("alt") for image in Elements(page).all("img") if image.get("class") == "media"]
    assert found == (["Here it is a garden"] if shown else [])
    if shown:
        item.visible = False
        item.save()
        assert "Here it is a garden" not in read("/about/")


def test_a_picture_is_described_for_its_use(home: HomePage) -> None:
    image = Image.objects.create(title="IMG_0042", file=ContentFile(picture(), name="a.jpg"))
    value = {
        "image": image,
        "description": "The garden in May",
        "caption": "",
        "text": "<p>x</p>",
        "image_side": "left",
    }
    page = with_body(home, ("image_and_text", value))
    assert "The garden in May" in [found.get("alt") for found in Elements(page).all("img")]
    assert "IMG_0042" not in page


def test_a_table_has_a_caption_and_headings(home: HomePage) -> None:
    [(_kind, value)] = [(b["type"], b["value"]) for b in content.NEWS["body"] if b["type"] == "table"]
    live(home, NewsIndexPage(**content.NEWS_LIST)).add_child(instance=NewsPage(**content.NEWS))
    page = read("/news/garden-room/")
    assert f"<caption>{value['caption']}</caption>" in page
    assert page.count('<th scope="col">') == 2
    assert page.count('<th scope="row">') == 2


def test_a_document_says_its_type_and_size(home: HomePage) -> None:
    document = Document.objects.create(title="Leaflet", file=ContentFile(b"x" * 2048, name="leaflet.txt"))
    page = with_body(home, ("document", {"document": document, "label": ""}))
    assert "Leaflet</a>" in page
    assert "(TXT, 2.0\xa0KB)" in page


def test_every_block_has_a_preview(home: HomePage, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR_REQUIRED = False
    call_command("bootstrap_site", verbosity=0)
    user = UserFactory(is_staff=True)
    user.groups.add(Group.objects.get(name=Role.EDITOR.value))
    editor = signed_in(user)
    for name, block in BodyBlock().child_blocks.items():
        assert block.is_previewable, name
        stored_block = ContentPage._meta.get_field("body").stream_block.child_blocks[name]
        shown = editor.get("/admin/block-preview/", {"id": stored_block.definition_prefix})
        assert (name, shown.status_code, "portal.css" in shown.content.decode()) == (name, 200, True)
