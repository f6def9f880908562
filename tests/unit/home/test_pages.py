"""The editors' pages render from their blocks, and none of the blocks takes raw HTML."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from wagtail.blocks import Block, ListBlock, RawHTMLBlock, RichTextBlock, StreamBlock, StructBlock
from wagtail.fields import RichTextField, StreamField

from home.models import ContentPage, HomePage
from home.pages.blocks import BodyBlock
from tests.factories import BookingFactory, ServiceFactory
from tests.pages import Elements, signed_in

pytestmark = pytest.mark.django_db

BLOCKS: dict[str, tuple[Any, str]] = {
    "rich_text": ("<h2>Why</h2><p>Because.</p>", "<h2>Why</h2><p>Because.</p>"),
    "feature_list": (
        {"heading": "What you get", "features": [{"title": "Time", "text": "For you", "icon": "clock"}]},
        "<h3>Time</h3>",
    ),
    "steps": ({"heading": "How", "steps": [{"title": "Choose", "text": "A session"}]}, "<h3>Choose</h3>"),
    "call_to_action": (
        {"heading": "Now?", "text": "", "button_label": "Book", "link_page": None, "link_url": "/book/"},
        '<a class="button" href="/book/">Book</a>',
    ),
    "quote": ({"text": "It helped", "attribution": "A son"}, "<blockquote>“It helped”</blockquote>"),
    "faq": (
        {"heading": "Asked", "questions": [{"question": "Is it extra?", "answer": "<p>No.</p>"}]},
        "<summary>Is it extra?</summary>",
    ),
    "service_list": ({"heading": "Book these"}, "Respite care"),
    "image_and_text": (
        {"image": None, "caption": "The garden", "text": "<p>Green.</p>", "image_side": "right"},
        "split--right",
    ),
    "inspection_rating": (
        {"inspector": "Care Inspectorate", "rating": "Good", "inspected_on": "2026-05-04", "report": ""},
        "Rated Good by Care Inspectorate",
    ),
    "people": (
        {"heading": "Our team", "people": [{"name": "Ann Lee", "role": "Nurse", "picture": None, "text": ""}]},
        "<h3>Ann Lee</h3>",
    ),
    "media": ({"item": None, "description": "", "caption": "A film"}, "About us"),  # gone: nothing is shown
    "callout": (
        {"kind": "wait", "heading": "Closed on Monday", "text": "<p>All day.</p>"},
        '<h2 class="h3" id="closed-on-monday">Closed on Monday</h2>',
    ),
    "table": (
        {
            "caption": "Prices",
            "table": {"columns": [{"type": "text", "heading": "Price"}], "rows": [{"values": ["£72"]}], "caption": ""},
        },
        '<th scope="row">£72</th>',
    ),
    "document": ({"document": None, "label": "Gone"}, "About us"),
    "testimonial": (
        {"text": "It helped", "name": "Malik", "relation": "A son", "picture": None},
        "<strong>Malik</strong>",
    ),
}


@pytest.mark.parametrize("path", ["/", "/services/", "/deposit/", "/privacy/", "/accessibility/"])
def test_each_page_has_one_heading_a_description_and_nothing_inline(home: HomePage, client: Client, path: str) -> None:
    ServiceFactory()
    response = client.get(path)
    page = Elements(response.content.decode())
    assert (response.status_code, len(page.all("h1"))) == (200, 1)
    assert [meta["content"] for meta in page.all("meta") if meta.get("name") == "description"] != [""]
    assert "'unsafe-inline'" not in response["Content-Security-Policy"]
    assert all("src" in script for script in page.all("script"))
    assert not [tag for tag, attributes in page.found if tag == "style" or "style" in attributes]


@pytest.mark.parametrize(("path", "queries"), [("/", 2), ("/services/", 4), ("/deposit/", 3), ("/privacy/", 4)])
def test_each_page_costs_so_many_queries(home: HomePage, client: Client, path: str, queries: int) -> None:
    for _ in range(3):
        ServiceFactory()
    client.get(path)
    with CaptureQueriesContext(connection) as counted:
        client.get(f"{path}?made=anew")  # a page with a query is not kept
    assert len(counted) == queries, [query["sql"][:120] for query in counted.captured_queries]


def test_every_block_is_tried_below() -> None:
    assert set(BLOCKS) == set(BodyBlock().child_blocks)


@pytest.mark.parametrize("kind", BLOCKS)
def test_each_block_renders(home: HomePage, client: Client, kind: str) -> None:
    ServiceFactory()
    value, expected = BLOCKS[kind]
    page = ContentPage(title="About us", slug="about", body=[{"type": kind, "value": value}])
    home.add_child(instance=page)
    response = client.get("/about/")
    assert response.status_code == 200
    assert expected in response.content.decode()


def test_words_that_look_like_markup_are_shown_as_words(home: HomePage, client: Client) -> None:
    value = {"text": "<script>alert(1)</script>", "attribution": "<b>x</b>"}
    home.add_child(instance=ContentPage(title="<i>t</i>", slug="about", body=[{"type": "quote", "value": value}]))
    page = client.get("/about/").content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>x</b>" not in page
    assert "<i>t</i>" not in page


def test_a_list_of_contents_leads_to_the_headings(home: HomePage, client: Client) -> None:
    body = [{"type": kind, "value": BLOCKS[kind][0]} for kind in ("steps", "faq", "quote")]
    home.add_child(instance=ContentPage(title="About us", slug="about", show_contents=True, body=body))
    page = Elements(client.get("/about/").content.decode())
    targets = [link["href"] for link in page.all("a") if link.get("href") in ("#how", "#asked")]
    assert targets == ["#how", "#asked"]
    assert {"how", "asked"} <= {attributes.get("id") for _, attributes in page.found}


def blocks_in(block: Block) -> Iterator[Block]:
    yield block
    children: list[Block] = []
    if isinstance(block, StreamBlock | StructBlock):
        children = list(block.child_blocks.values())
    elif isinstance(block, ListBlock):
        children = [block.child_block]
    for child in children:
        yield from blocks_in(child)


def test_no_block_takes_raw_html_and_no_rich_text_takes_more_than_words_and_links() -> None:
    fields = [field for model in apps.get_models() for field in model._meta.get_fields()]
    blocks = [b for field in fields if isinstance(field, StreamField) for b in blocks_in(field.stream_block)]
    ours = [f for f in fields if isinstance(f, RichTextField) and f.model._meta.app_label == "home"]
    texts = [b for b in blocks if isinstance(b, RichTextBlock)] + ours
    assert len(blocks) > 40
    assert not [block for block in blocks if isinstance(block, RawHTMLBlock)]
    words = {"h2", "h3", "bold", "italic", "link", "ol", "ul", "document-link"}
    assert all(text.features is not None and set(text.features) <= words for text in texts)


def test_only_active_services_are_listed(home: HomePage, client: Client) -> None:
    ServiceFactory(name="Music afternoon")
    ServiceFactory(name="Retired programme", active=False)
    page = client.get("/services/").content.decode()
    assert "Music afternoon" in page
    assert "£45.00" in page
    assert "Retired programme" not in page


def test_the_deposit_page_lists_the_deposits_of_whoever_looks(home: HomePage, client: Client) -> None:
    booking, other = BookingFactory(), BookingFactory()
    page = signed_in(booking.caregiver.user).get("/deposit/").content.decode()
    assert f'href="/deposit/{booking.reference}/"' in page
    assert other.reference not in page
    assert booking.reference not in client.get("/deposit/").content.decode()
