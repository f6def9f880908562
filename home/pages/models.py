"""Wagtail pages: fields, panels, page rules."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Page

from home.pages.blocks import INLINE_TEXT, BodyBlock, QuestionBlock
from home.pages.public import PublicPage
from payments.deposit_copy import DepositCopy, Question
from payments.queries import unpaid_rows_of
from payments.samples import sample_row
from portal.bookings.models import Service


class HomePage(PublicPage, Page):
    """The front page."""

    hero_heading = models.CharField(max_length=80)
    hero_text = RichTextField(features=INLINE_TEXT)
    hero_image = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = StreamField(BodyBlock(), blank=True)

    template = "home/home_page.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["wagtailcore.Page"]
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("hero_heading"),
        FieldPanel("hero_text"),
        FieldPanel("hero_image"),
        FieldPanel("body"),
    ]


class ContentPage(PublicPage, Page):
    """A page of text: about us, privacy, accessibility."""

    introduction = RichTextField(features=INLINE_TEXT, blank=True)
    body = StreamField(BodyBlock(), blank=True)
    show_contents = models.BooleanField("list of contents", default=False)

    template = "home/content_page.html"
    parent_page_types: ClassVar[list[str]] = ["home.HomePage", "home.ContentPage"]
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("show_contents"),
        FieldPanel("body"),
    ]


class ServicesPage(PublicPage, Page):
    """What can be booked, with prices from the services themselves."""

    introduction = RichTextField(features=INLINE_TEXT, blank=True)
    body = StreamField(BodyBlock(), blank=True)

    template = "home/services_page.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [*Page.content_panels, FieldPanel("introduction"), FieldPanel("body")]

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {**context, "services": Service.objects.filter(active=True)}


class DepositPage(PublicPage, Page):
    """How deposits work, and the wording of the page where one is paid (`/deposit/<reference>/`)."""

    introduction = RichTextField(features=INLINE_TEXT)
    how_it_works = StreamField(BodyBlock(), blank=True)
    payment_title = models.CharField(
        max_length=80, default="Pay your deposit", help_text="Heading of the payment page; say the word deposit."
    )
    payment_introduction = RichTextField(features=INLINE_TEXT, blank=True)
    policy = RichTextField("cancellation policy", features=INLINE_TEXT, blank=True)
    confirmation = RichTextField(
        features=INLINE_TEXT, blank=True, help_text="Shown when the deposit is paid, under “Deposit paid”."
    )
    faq = StreamField([("question", QuestionBlock())], blank=True)

    template = "home/deposit_page.html"
    max_count = 1
    parent_page_types: ClassVar[list[str]] = ["home.HomePage"]
    subpage_types: ClassVar[list[str]] = []
    content_panels: ClassVar[list[Any]] = [
        *Page.content_panels,
        FieldPanel("introduction"),
        FieldPanel("how_it_works"),
        FieldPanel("payment_title"),
        FieldPanel("payment_introduction"),
        FieldPanel("policy"),
        FieldPanel("confirmation"),
        FieldPanel("faq"),
    ]
    preview_modes: ClassVar[list[tuple[str, str]]] = [
        ("", "How deposits work"),
        ("ready", "Payment page"),
        ("paid", "Deposit paid"),
    ]

    def clean(self) -> None:
        super().clean()
        if "deposit" not in self.payment_title.lower():
            raise ValidationError({"payment_title": "Say the word deposit, so that people know what they pay."})

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        unpaid = unpaid_rows_of(request.user) if request.user.is_authenticated else []
        return {**context, "unpaid": unpaid}

    def get_preview_template(self, request: HttpRequest, mode_name: str) -> str:
        return "payments/deposit.html" if mode_name else self.template

    def get_preview_context(self, request: HttpRequest, mode_name: str) -> dict[str, Any]:
        context = self.get_context(request)
        if not mode_name:
            return context
        return {**context, "state": mode_name, "copy": self.as_copy(), "booking": sample_row()}

    def as_copy(self) -> DepositCopy:
        """This page's wording as payments renders it."""
        return DepositCopy(
            title=self.payment_title,
            introduction=self.payment_introduction,
            policy=self.policy,
            confirmation=self.confirmation,
            faq=[Question(block.value["question"], block.value["answer"].source) for block in self.faq],
        )


def live_copy() -> DepositCopy | None:
    """The wording of the live deposit page, None when there is none."""
    page = DepositPage.objects.live().first()
    return page.as_copy() if page else None
