"""What editors build pages from. No raw HTML."""

from typing import Any

from django.core.exceptions import ValidationError
from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

from portal.bookings.models import Service
from portal.common.links import is_link, validate_link

RICH_TEXT = ["h2", "h3", "bold", "italic", "link", "ol", "ul", "document-link"]
INLINE_TEXT = ["bold", "italic", "link", "ol", "ul"]
ICONS = [("heart", "Heart"), ("home", "House"), ("shield", "Shield"), ("clock", "Clock"), ("people", "People")]


class FeatureBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60)
    text = blocks.TextBlock(max_length=300)
    icon = blocks.ChoiceBlock(choices=ICONS, required=False)


class FeatureListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80)
    features = blocks.ListBlock(FeatureBlock())

    class Meta:
        template = "home/blocks/feature_list.html"
        icon = "list-ul"


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=60)
    text = blocks.TextBlock(max_length=300)


class StepsBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80)
    steps = blocks.ListBlock(StepBlock())

    class Meta:
        template = "home/blocks/steps.html"
        icon = "list-ol"


class CallToActionBlock(blocks.StructBlock):
    """A button. Where it leads is checked when it is saved, and once more when it is shown."""

    heading = blocks.CharBlock(max_length=80)
    text = blocks.TextBlock(required=False)
    button_label = blocks.CharBlock(max_length=40)
    link_page = blocks.PageChooserBlock(required=False)
    link_url = blocks.CharBlock(
        required=False, default="/book/", help_text="A path of this site, when no page is chosen."
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
        context: dict[str, Any] = super().get_context(value, parent_context)
        address = value.get("link_url") or ""
        return {**context, "address": address if is_link(address) else "/"}

    class Meta:
        template = "home/blocks/call_to_action.html"
        icon = "pick"


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock()
    attribution = blocks.CharBlock(required=False)

    class Meta:
        template = "home/blocks/quote.html"
        icon = "openquote"


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(max_length=150)
    answer = blocks.RichTextBlock(features=INLINE_TEXT)


class FAQBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80)
    questions = blocks.ListBlock(QuestionBlock())

    class Meta:
        template = "home/blocks/faq.html"
        icon = "help"


class ServiceListBlock(blocks.StructBlock):
    heading = blocks.CharBlock(max_length=80)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(value, parent_context)
        return {**context, "services": Service.objects.filter(active=True)}

    class Meta:
        template = "home/blocks/service_list.html"
        icon = "calendar"


class ImageAndTextBlock(blocks.StructBlock):
    image = ImageChooserBlock(required=False)
    caption = blocks.CharBlock(required=False)
    text = blocks.RichTextBlock(features=INLINE_TEXT)
    image_side = blocks.ChoiceBlock(choices=[("left", "Left"), ("right", "Right")], default="left")

    class Meta:
        template = "home/blocks/image_and_text.html"
        icon = "image"


class BodyBlock(blocks.StreamBlock):
    """Everything a page's body may hold."""

    rich_text = blocks.RichTextBlock(features=RICH_TEXT, template="home/blocks/rich_text.html")
    feature_list = FeatureListBlock()
    steps = StepsBlock()
    call_to_action = CallToActionBlock()
    quote = QuoteBlock()
    faq = FAQBlock()
    service_list = ServiceListBlock()
    image_and_text = ImageAndTextBlock()
