"""What editors build pages from. No raw HTML."""

from datetime import date
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from home.queries import services_to_book
from portal.common.links import is_link, validate_link
from portal.media_library.enums import Access

RICH_TEXT = ["h2", "h3", "bold", "italic", "link", "ol", "ul", "document-link"]
INLINE_TEXT = ["bold", "italic", "link", "ol", "ul"]
ICONS = [
    ("heart", _("Heart")),
    ("home", _("House")),
    ("shield", _("Shield")),
    ("clock", _("Clock")),
    ("people", _("People")),
]


class FeatureBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(max_length=300, label=_("Text"))
    icon = blocks.ChoiceBlock(choices=ICONS, required=False, label=_("Icon"))


class FeatureListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80, label=_("Heading"))
    features = blocks.ListBlock(FeatureBlock(), label=_("Benefits"))

    class Meta:
        template = "home/blocks/feature_list.html"
        icon = "list-ul"
        label = _("Benefits")
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "Why families choose us",
            "features": [
                {"title": "The same people", "text": "A small team that knows your routines.", "icon": "heart"}
            ],
        }


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60, label=_("Title"))
    text = blocks.TextBlock(max_length=300, label=_("Text"))


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80, label=_("Heading"))
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"))

    class Meta:
        template = "home/blocks/steps.html"
        icon = "list-ol"
        label = _("Steps")
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "How it works",
            "steps": [{"title": "Choose a session", "text": "See which times are free."}],
        }


class CallToActionBlock(blocks.StructBlock):
    """A button. Where it leads is checked when it is saved, and once more when it is shown."""

    heading = blocks.CharBlock(max_length=80, label=_("Heading"))
    text = blocks.TextBlock(required=False, label=_("Text"))
    button_label = blocks.CharBlock(max_length=40, label=_("Button text"))
    link_page = blocks.PageChooserBlock(required=False, label=_("Link to a page"))
    link_url = blocks.CharBlock(
        label=_("Link address"),
        required=False,
        default="/book/",
        help_text=_("Used when no page is chosen: a path of this site, such as /book/, or a full address."),
    )

    def clean(self, value: Any) -> Any:
        cleaned = super().clean(value)
        try:
            if cleaned["link_url"]:
                validate_link(cleaned["link_url"])
        except ValidationError as error:
            raise blocks.StructBlockValidationError(block_errors={"link_url": error}) from error
        return cleaned

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """`address` is empty, and there is no button, while the chosen page is not published."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        page, address = value.get("link_page"), value.get("link_url") or ""
        if page is not None:
            return {**context, "address": (page.live and page.url) or ""}
        return {**context, "address": address if is_link(address) else "/"}

    class Meta:
        template = "home/blocks/call_to_action.html"
        icon = "pick"
        label = _("Call to action")
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "Not sure what fits?",
            "text": "A home assessment is a good first step.",
            "button_label": "Book an assessment",
            "link_url": "/book/",
        }


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Quote"))
    attribution = blocks.CharBlock(required=False, label=_("Who said it"))

    class Meta:
        template = "home/blocks/quote.html"
        icon = "openquote"
        label = _("Quote")
        preview_value: ClassVar[dict[str, Any]] = {
            "text": "I had an afternoon that was mine.",
            "attribution": "A daughter from Bedminster",
        }


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=150, label=_("Question"))
    answer = blocks.RichTextBlock(features=INLINE_TEXT, label=_("Answer"))


class FAQBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80, label=_("Heading"))
    questions = blocks.ListBlock(QuestionBlock(), label=_("Questions and answers"))

    class Meta:
        template = "home/blocks/faq.html"
        icon = "help"
        label = _("FAQ")
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "Questions",
            "questions": [{"question": "Is the deposit extra?", "answer": "<p>No. It counts towards the price.</p>"}],
        }


class ServiceListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80, label=_("Heading"))

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return {**context, "services": services_to_book()}

    class Meta:
        template = "home/blocks/service_list.html"
        icon = "calendar"
        label = _("Services")
        preview_value: ClassVar[dict[str, Any]] = {"heading": "What you can book"}


class ImageAndTextBlock(blocks.StructBlock):
    image = ImageChooserBlock(required=False, label=_("Picture"))
    description = blocks.CharBlock(
        label=_("Description of the picture"),
        max_length=150,
        required=False,
        help_text=_("Read aloud to people who can’t see it, here. Leave empty to use the picture’s own."),
    )
    caption = blocks.CharBlock(required=False, label=_("Caption"))
    text = blocks.RichTextBlock(features=INLINE_TEXT, label=_("Text"))
    image_side = blocks.ChoiceBlock(
        choices=[("left", _("Left")), ("right", _("Right"))], default="left", label=_("Position of the picture")
    )

    class Meta:
        template = "home/blocks/image_and_text.html"
        icon = "image"
        label = _("Picture and text")
        preview_value: ClassVar[dict[str, Any]] = {
            "text": "<p>Two quiet rooms with garden doors.</p>",
            "caption": "Orchard House",
            "image_side": "left",
        }


class InspectionRatingBlock(blocks.StructBlock):
    """What the regulator found. The source and the date are part of the claim, so they are required."""

    inspector = blocks.CharBlock(label=_("Inspected by"), max_length=80)
    rating = blocks.CharBlock(label=_("Rating"), max_length=40)
    inspected_on = blocks.DateBlock(label=_("Date of the report"))
    report = blocks.URLBlock(label=_("Link to the report"), required=False)

    class Meta:
        template = "home/blocks/inspection_rating.html"
        icon = "check"
        label = _("Inspection rating")
        preview_value: ClassVar[dict[str, Any]] = {
            "inspector": "Care Quality Commission",
            "rating": "Good",
            "inspected_on": date(2026, 3, 2),
        }


class PersonBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Name"), max_length=80)
    role = blocks.CharBlock(label=_("Role"), max_length=80)
    picture = ImageChooserBlock(label=_("Picture"), required=False)
    text = blocks.TextBlock(label=_("A few words"), max_length=300, required=False)


class PeopleBlock(blocks.StructBlock):
    heading = blocks.CharBlock(label=_("Heading"), max_length=80)
    people = blocks.ListBlock(PersonBlock(), label=_("People"))

    class Meta:
        template = "home/blocks/people.html"
        icon = "group"
        label = _("People")
        preview_value: ClassVar[dict[str, Any]] = {
            "heading": "Our team",
            "people": [{"name": "Grace Bell", "role": "Care coordinator", "text": "Answers the phone."}],
        }


class MediaBlock(blocks.StructBlock):
    """A film, recording or picture of the library that everybody may open, with words for this use of it."""

    item = SnippetChooserBlock("media_library.MediaItem", label=_("Library item"))
    description = blocks.CharBlock(
        label=_("Description of the picture"),
        max_length=150,
        required=False,
        help_text=_("Read aloud to people who can’t see it, here. Leave empty to use the item’s own."),
    )
    caption = blocks.CharBlock(label=_("Caption"), max_length=200, required=False)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """`item` is None while not everybody may open it: the page is the same for every visitor."""
        context: dict[str, Any] = super().get_context(value, parent_context)
        item = value.get("item")
        shown = item if item is not None and item.visible and item.access == Access.PUBLIC else None
        return {**context, "item": shown}

    class Meta:
        template = "home/blocks/media.html"
        icon = "media"
        label = _("Media")
        preview_template = "home/blocks/previews/media.html"


class CalloutBlock(blocks.StructBlock):
    """What nobody should miss."""

    kind = blocks.ChoiceBlock(
        choices=[("info", _("Good to know")), ("wait", _("Important"))], default="info", label=_("Type")
    )
    heading = blocks.CharBlock(max_length=80, required=False, label=_("Heading"))
    text = blocks.RichTextBlock(features=INLINE_TEXT, label=_("Text"))

    class Meta:
        template = "home/blocks/callout.html"
        icon = "warning"
        label = _("Callout")
        preview_value: ClassVar[dict[str, str]] = {
            "kind": "info", "heading": "Bring your medicines", "text": "<p>In their packaging, please.</p>",
        }  # fmt: skip


class TableBlock(blocks.StructBlock):
    caption = blocks.CharBlock(max_length=150, label=_("What the table shows"))
    table = TypedTableBlock(
        [
            ("text", blocks.CharBlock(label=_("Text"))),
            ("rich_text", blocks.RichTextBlock(features=["bold", "italic", "link"], label=_("Text with links"))),
        ],
        label=_("Table"),
    )

    class Meta:
        template = "home/blocks/table.html"
        icon = "table"
        label = _("Table")
        preview_value: ClassVar[dict[str, Any]] = {
            "caption": "Prices from April",
            "table": {
                "columns": [{"type": "text", "heading": "Service"}, {"type": "text", "heading": "Price"}],
                "rows": [{"values": ["Respite care at home", "£72.00"]}],
                "caption": "",
            },
        }


class DocumentBlock(blocks.StructBlock):
    document = DocumentChooserBlock(label=_("Document"))
    label = blocks.CharBlock(max_length=100, required=False, label=_("Link text"))

    class Meta:
        template = "home/blocks/document.html"
        icon = "doc-full"
        label = _("Document")
        preview_template = "home/blocks/previews/document.html"


class TestimonialBlock(blocks.StructBlock):
    """Somebody's own words: whose they are is part of it."""

    text = blocks.TextBlock(max_length=600, label=_("Their words"))
    name = blocks.CharBlock(max_length=80, label=_("Who said it"))
    relation = blocks.CharBlock(
        max_length=80, required=False, label=_("Who they are"), help_text=_("A daughter from Bedminster, for example.")
    )
    picture = ImageChooserBlock(required=False, label=_("Picture"))

    class Meta:
        template = "home/blocks/testimonial.html"
        icon = "openquote"
        label = _("Testimonial")
        preview_value: ClassVar[dict[str, Any]] = {
            "text": "For the first time in two years I had an afternoon that was mine.",
            "name": "Grace B.",
            "relation": "A daughter from Bedminster",
            "picture": None,
        }


class BodyBlock(blocks.StreamBlock):
    """Everything a page's body may hold."""

    rich_text = blocks.RichTextBlock(
        features=RICH_TEXT,
        template="home/blocks/rich_text.html",
        label=_("Text"),
        preview_value="<h2>While you pay</h2><p>We’ll hold your place for you.</p>",
    )
    feature_list = FeatureListBlock()
    steps = StepsBlock()
    call_to_action = CallToActionBlock()
    quote = QuoteBlock()
    faq = FAQBlock()
    service_list = ServiceListBlock()
    image_and_text = ImageAndTextBlock()
    inspection_rating = InspectionRatingBlock()
    people = PeopleBlock()
    media = MediaBlock()
    callout = CalloutBlock()
    table = TableBlock()
    document = DocumentBlock()
    testimonial = TestimonialBlock()
